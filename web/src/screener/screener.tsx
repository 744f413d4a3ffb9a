import type { Waiting } from '#client'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import '../styles/screener.css'
import { useFetched } from '../hooks/use-fetched.ts'
import { useNow } from '../hooks/use-now.ts'
import { language, t } from '../i18n.ts'
import { Avatar } from '../message/avatar.tsx'
import { nameOf } from '../message/name.ts'
import { ProofSign, Warnings } from '../message/proof.tsx'
import { agoWords } from '../message/time.ts'
import type { ScreenProps } from '../routes.ts'
import { useSaid } from '../said/said.ts'
import { useClient } from '../session.ts'
import { announce } from '../shell/announce.ts'
import { errorWords } from '../shell/error-words.ts'
import { useKeys } from '../shell/keys.ts'
import { Page } from '../shell/page.tsx'
import { toast } from '../shell/toast.tsx'
import { known as usual, streamWords } from '../streams/streams.tsx'
import { Decided } from './decided.tsx'

export type Decision = 'inbox' | 'stream' | 'deny' | 'block' | 'spam'
type Scope = 'sender' | 'domain'

const choices: { decision: Exclude<Decision, 'stream'>, key: string, look: string }[] = [
  { decision: 'inbox', key: 'a', look: 'button-main' },
  { decision: 'deny', key: 'd', look: '' },
  { decision: 'block', key: 'b', look: 'button-bad' },
  { decision: 'spam', key: '!', look: 'button-bad' }
]

/** /screener: who waits for a decision; with `?past=yes` what has been decided. */
export function ScreenerScreen({ query }: ScreenProps) {
  const past = query.get('past') !== null
  return (
    <Page title={t('shell.screener')}>
      <nav class="tabs" aria-label={t('shell.screener')}>
        <a href="/screener" aria-current={past ? undefined : 'page'}>{t('screener.waiting')}</a>
        <a href="/screener?past=yes" aria-current={past ? 'page' : undefined}>{t('screener.past')}</a>
        <a href="/rules">{t('screener.rules')}</a>
      </nav>
      {past ? <Decided /> : <Queue />}
    </Page>
  )
}

function Queue() {
  const client = useClient()
  const list = useRef<HTMLUListElement>(null)
  const nobody = useRef<HTMLParagraphElement>(null)
  const { value, error } = useFetched((client) => client.call('screener.list', { limit: 50 }), { on: ['conversation.changed', 'counts.changed', 'rule.changed', 'contact.changed'] })
  const streams = useFetched((client) => client.call('stream.list', {}), { on: ['rule.changed', 'rule.removed'] }).value?.items.map(({ stream }) => stream) ?? []
  /** Who comes back takes the focus, where nothing else has it; after the last one the words that `nobody` waits. */
  const wanted = useRef<string | null>(null)
  const [gone, setGone] = useState<readonly string[]>([])
  const items = value?.items.filter(({ conversationId }) => !gone.includes(conversationId))

  async function decide(one: Waiting, decision: Decision, scope: Scope, stream?: string) {
    const place = items?.indexOf(one) ?? 0
    const next = items?.[place + 1] ?? items?.[place - 1]
    setGone((before) => [...before, one.conversationId])
    // At once: the next key may decide about whoever waits next.
    if (next) card(next.conversationId)?.focus()
    else wanted.current = 'nobody'
    const back = () => {
      wanted.current = one.conversationId
      setGone((before) => before.filter((id) => id !== one.conversationId))
    }
    try {
      const { decided } = await client.call('screener.decide', { ids: [one.conversationId], decision, scope, ...(stream === undefined ? {} : { stream }) })
      toast({
        text: t(`screener.done.${decision}`, { name: nameOf(one.sender), stream: stream === undefined ? '' : streamWords(stream) }),
        undo: () => client.call('screener.undoAll', { ids: decided.map(({ id }) => id) }).then(back, (wrong: unknown) => toast({ text: errorWords(wrong) }))
      })
    } catch (wrong) {
      back()
      toast({ text: errorWords(wrong) })
    }
  }
  const card = (id: string) => list.current?.querySelector<HTMLElement>(`[data-waiting="${CSS.escape(id)}"]`)
  useLayoutEffect(() => {
    const found = wanted.current === 'nobody' ? nobody.current : wanted.current && card(wanted.current)
    if (!found) return
    wanted.current = null
    if (document.activeElement === document.body) found.focus()
  })
  const at = () => items?.find(({ conversationId }) => conversationId === document.activeElement?.closest<HTMLElement>('[data-waiting]')?.dataset['waiting'])
  const step = (by: number) => {
    const now = at()
    const next = items?.[now ? items.indexOf(now) + by : 0]
    // At once: the next key may decide about whom this one has chosen.
    if (next) card(next.conversationId)?.focus()
  }
  useKeys({
    j: { does: 'screener.keyNext', run: () => step(1) },
    k: { does: 'screener.keyPrevious', run: () => step(-1) },
    ...Object.fromEntries(choices.map(({ decision, key }) => [key, { does: `screener.${decision}`, run: () => {
      const one = at()
      if (one) void decide(one, decision, 'sender')
      else announce(t('screener.chooseFirst'))
    } }]))
  })

  if (error !== undefined) return <p class="note note-bad" role="alert">{errorWords(error)}</p>
  if (!items) return null
  if (items.length === 0) return <p ref={nobody} class="quiet" tabIndex={-1}>{t('screener.nobody')}</p>
  return (
    <>
      <p class="quiet small">{t('screener.what')}</p>
      <ul ref={list} class="plain stack">{items.map((one) => <li key={one.conversationId}><Card one={one} streams={[...new Set([...usual.filter((stream) => stream !== 'spam'), ...streams.filter((stream) => stream !== 'spam')])]} onDecide={(decision, scope, stream) => void decide(one, decision, scope, stream)} /></li>)}</ul>
      {value?.nextCursor && <p class="quiet">{t('screener.more')}</p>}
    </>
  )
}

function Card({ one: { conversationId, sender, because, since, messages, subject, preview, scopes }, streams, onDecide }: { one: Waiting, streams: readonly string[], onDecide(decision: Decision, scope: Scope, stream?: string): void }) {
  const now = useNow()
  const said = useSaid()
  const [wide, setWide] = useState(false)
  // The arrow keys go through a list one by one: choosing in it decides nothing yet (WCAG 2.2, 3.2.2).
  const [into, setInto] = useState('')
  const name = nameOf(sender)
  const domain = scopes.includes('domain') ? sender.address.split('@')[1] : undefined
  return (
    <article class="card waiting" tabIndex={-1} data-waiting={conversationId} aria-label={name}>
      <div class="waiting-head">
        <Avatar name={name} />
        <div>
          <h2><bdi>{name}</bdi></h2>
          <p class="quiet small">{name !== sender.address && <><bdi>{sender.address}</bdi> · </>}{t('screener.since', { ago: agoWords(since, now, language()), count: messages })} <ProofSign party={sender} /></p>
        </div>
      </div>
      <Warnings party={sender} />
      <a class="waiting-words" href={`/c/${conversationId}`}>{subject && <strong dir="auto">{subject}</strong>}<span dir="auto">{preview}</span></a>
      <p class="quiet small" dir="auto">{said(because.text)}</p>
      {domain && <label class="check small"><input type="checkbox" checked={wide} onChange={({ currentTarget }) => setWide(currentTarget.checked)} /><span>{t('screener.wholeDomain', { domain })}</span></label>}
      <div class="row">
        {choices.map(({ decision, look }) => <button key={decision} type="button" class={`button-small ${look}`} onClick={() => onDecide(decision, wide ? 'domain' : 'sender')} aria-label={t('screener.named', { does: t(`screener.${decision}`), name })}>{t(`screener.${decision}`)}</button>)}
        <select class="small" aria-label={t('screener.named', { does: t('screener.intoStream'), name })} value={into} onChange={({ currentTarget }) => setInto(currentTarget.value)}>
          <option value="">{t('screener.intoStream')}</option>
          {streams.map((stream) => <option key={stream} value={stream}>{streamWords(stream)}</option>)}
        </select>
        {into !== '' && <button type="button" class="button-small" onClick={() => onDecide('stream', wide ? 'domain' : 'sender', into)} aria-label={t('screener.named', { does: t('screener.putThere', { stream: streamWords(into) }), name })}>{t('screener.putThere', { stream: streamWords(into) })}</button>}
      </div>
    </article>
  )
}
