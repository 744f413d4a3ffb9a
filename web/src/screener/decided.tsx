import { useRef, useState } from 'preact/hooks'
import { useFetched } from '../hooks/use-fetched.ts'
import { language, t } from '../i18n.ts'
import { fullTime } from '../message/time.ts'
import { useClient } from '../session.ts'
import { errorWords } from '../shell/error-words.ts'
import { toast } from '../shell/toast.tsx'

/** What was decided in the screener, newest first; each can be taken back, or several at once. */
export function Decided() {
  const client = useClient()
  const { value, error, reload } = useFetched((client) => client.call('screener.history', { limit: 100 }), { on: ['rule.changed', 'rule.removed', 'conversation.changed'] })
  const undone = useRef<string | null>(null)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const choose = (id: string, yes: boolean) => setChosen((before) => yes ? [...before, id] : before.filter((one) => one !== id))
  const undo = (ids: readonly string[]) => client.call('screener.undoAll', { ids: [...ids] }).then(() => {
    undone.current = ids[0]!
    setChosen((before) => before.filter((id) => !ids.includes(id)))
    reload()
  }, (wrong: unknown) => toast({ text: errorWords(wrong) }))
  if (error !== undefined) return <p class="note note-bad" role="alert">{errorWords(error)}</p>
  if (value?.items.length === 0) return <p class="quiet">{t('screener.noPast')}</p>
  const open = chosen.filter((id) => value?.items.some((one) => one.id === id && !one.undoneAt))
  return (
    <>
      {open.length > 0 && <p><button type="button" onClick={() => void undo(open)}>{t('screener.undoChosen', { count: open.length })}</button></p>}
      <ul class="plain logins">
        {value?.items.map(({ id, conversationId, who, decision, scope, at, undoneAt }) => (
          <li key={id} class="login">
            {!undoneAt && <input type="checkbox" checked={open.includes(id)} aria-label={t('screener.choose', { name: who })} onChange={({ currentTarget }) => choose(id, currentTarget.checked)} />}
            <div>
              <a href={`/c/${conversationId}`}><bdi>{who}</bdi></a>
              <p class="quiet small">{t(`screener.was.${decision}`)}{scope === 'domain' && ` · ${t('screener.domain')}`} · {fullTime(at, language())}</p>
            </div>
            {undoneAt ? <span class="quiet small" tabIndex={-1} ref={(words) => { if (undone.current === id && document.activeElement === document.body) words?.focus() }}>{t('screener.undone')}</span> : <button type="button" class="button-small" onClick={() => void undo([id])} aria-label={t('screener.named', { does: t('shell.undo'), name: who })}>{t('shell.undo')}</button>}
          </li>
        ))}
      </ul>
    </>
  )
}
