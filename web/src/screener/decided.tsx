import { useRef } from 'preact/hooks'
import { useFetched } from '../hooks/use-fetched.ts'
import { language, t } from '../i18n.ts'
import { useChosen } from '../list/chosen.ts'
import { fullTime } from '../message/time.ts'
import { useClient } from '../session.ts'
import { errorWords } from '../shell/error-words.ts'
import { toast } from '../shell/toast.tsx'

/** What was decided in the screener, newest first; each can be taken back, or several at once. */
export function Decided() {
  const client = useClient()
  const { value, error, reload } = useFetched((client) => client.call('screener.history', { limit: 100 }), { on: ['rule.changed', 'rule.removed', 'conversation.changed'] })
  const undone = useRef<string | null>(null)
  const { ids: chosen, marked, turn } = useChosen(value?.items.flatMap(({ id, undoneAt }) => undoneAt ? [] : [id]) ?? [])
  const undo = (ids: readonly string[]) => client.call('screener.undoAll', { ids: [...ids] }).then(() => {
    undone.current = ids[0]!
    reload()
  }, (wrong: unknown) => toast({ text: errorWords(wrong) }))
  if (error !== undefined) return <p class="note note-bad" role="alert">{errorWords(error)}</p>
  if (value?.items.length === 0) return <p class="quiet">{t('screener.noPast')}</p>
  return (
    <>
      {chosen.length > 0 && <p><button type="button" onClick={() => void undo(chosen)}>{t('screener.undoChosen', { count: chosen.length })}</button></p>}
      <ul class="plain logins">
        {value?.items.map(({ id, conversationId, who, decision, scope, at, undoneAt }) => (
          <li key={id} class="login">
            {!undoneAt && <input type="checkbox" checked={marked.has(id)} aria-label={t('screener.choose', { name: who })} onChange={() => turn(id)} />}
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
