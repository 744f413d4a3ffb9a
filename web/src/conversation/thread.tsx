import type { Conversation, Message } from '#client'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useNow } from '../hooks/use-now.ts'
import { language, t } from '../i18n.ts'
import { VirtualList } from '../list/virtual-list.tsx'
import type { ListHandle } from '../list/virtual-list.tsx'
import { MessageView } from '../message/message.tsx'
import { dayWords } from '../message/time.ts'
import { useClient } from '../session.ts'
import { useKeys } from '../shell/keys.ts'
import { go } from '../shell/route.ts'
import { entriesOf, entryKey, guessHeight } from './entries.ts'
import type { Entry } from './entries.ts'
import { firstUnreadBefore } from './first-unread.ts'
import { useMessages } from './use-messages.ts'
import { useReading } from './use-reading.ts'

type Props = { conversation: Conversation, topicId: string | undefined, around: string | undefined, onReply(message: Message): void }

/** The messages of a conversation, or of one topic of it: at the end, at the first unread one, or around one that somebody came for. */
export function Thread({ conversation: { id, unread, title }, topicId, around, onReply }: Props) {
  const { messages, state, error, older, newer, loadOlder, loadNewer, retry, trim, newest, from } = useMessages(id, topicId, around)
  const list = useRef<ListHandle>(null)
  const [firstUnread, setFirstUnread] = useState<string | null | undefined>(unread > 0 ? undefined : null)
  const [away, setAway] = useState(false)
  const leaving = useRef(false)
  const client = useClient()
  const [seeking, setSeeking] = useState(false)
  const sought = useRef<string | null>(null)
  const now = useNow()
  const read = useReading(id, messages)

  // The line stays where it was when the conversation was opened, also when all below it has been read.
  const line = firstUnread !== undefined ? firstUnread : state === 'ready' ? messages.find((one) => one.direction === 'in' && !one.seen)?.id ?? null : null
  const entries = useMemo(() => entriesOf(messages, line), [messages, line])
  const came = useRef(false)
  useEffect(() => {
    if (state !== 'ready' || came.current) return
    came.current = true
    const unseen = messages.filter((one) => one.direction === 'in' && !one.seen).length
    if (firstUnread === undefined && around === undefined && topicId === undefined && older && messages[0] && unseen < unread) {
      // What is read here counts as read with all before it: none of that may be what nobody has seen yet.
      setSeeking(true)
      firstUnreadBefore(client, id, messages[0].id, unread - unseen).catch(() => null).then((first) => {
        setFirstUnread(first ?? line)
        sought.current = first ?? line
        if (first === null) setSeeking(false)
        else from(first)
      })
      return
    }
    if (firstUnread === undefined) setFirstUnread(line)
    if (around !== undefined) list.current?.show(keyOf(messages, around), { at: 'middle', focus: true })
    else if (line !== null) list.current?.show(keyOf(messages, line))
  }, [state])

  useLayoutEffect(() => {
    const to = sought.current
    if (to === null || !messages.some((one) => one.id === to)) return
    sought.current = null
    setSeeking(false)
    list.current?.show(keyOf(messages, to))
  }, [messages, firstUnread])

  const jump = (to: string) => {
    if (!list.current?.show(keyOf(messages, to), { at: 'middle', focus: true })) go(`/c/${id}?m=${to}`)
  }
  const toEnd = () => {
    if (around !== undefined) go(`/c/${id}${topicId ? `?topic=${topicId}` : ''}`)
    else if (newer) {
      leaving.current = true
      newest()
    } else list.current?.toEnd()
  }
  useEffect(() => {
    if (newer || !leaving.current) return
    leaving.current = false
    list.current?.toEnd()
  }, [newer, messages])
  const step = (by: number) => {
    const row = document.activeElement?.closest<HTMLElement>('.thread [data-row]')?.dataset.row
    const at = row === undefined ? entries.length : entries.findIndex((one) => entryKey(one) === row)
    const next = entries[Math.max(0, Math.min(entries.length - 1, at + by))]
    if (next) list.current?.show(entryKey(next), { focus: true })
  }
  useKeys({
    n: { does: 'conversation.keyNext', run: () => step(1) },
    p: { does: 'conversation.keyPrevious', run: () => step(-1) },
    'shift+g': { does: 'conversation.keyEnd', run: toEnd },
    'shift+r': { does: 'conversation.keyReply', run: () => {
      const row = document.activeElement?.closest<HTMLElement>('.thread [data-row]')?.dataset.row
      const one = entries.find((entry) => entryKey(entry) === row) ?? entries.findLast(({ message }) => message.direction === 'in')
      if (one) onReply(one.message)
    } }
  })

  const latest = useRef({ jump, onReply })
  latest.current = { jump, onReply }
  const today = now.toDateString()
  const row = useCallback((entry: Entry) => (
    <>
      {entry.day && <h2 class="day"><time dateTime={entry.message.sortAt}>{dayWords(entry.message.sortAt, now, language())}</time></h2>}
      {entry.unread && <p class="unread-line" role="separator"><span>{t('conversation.unreadLine')}</span></p>}
      {entry.subject !== null && <p class="subject">{entry.message.topicId
        ? <a href={`/c/${id}?topic=${entry.message.topicId}`} title={t('conversation.onlyTopic')}><bdi>{entry.subject}</bdi></a>
        : <bdi>{entry.subject}</bdi>}</p>}
      <MessageView message={entry.message} joined={entry.joined} marked={entry.message.id === around} onReply={(message) => latest.current.onReply(message)} onJump={(to) => latest.current.jump(to)} />
    </>
  ), [id, around, today])
  if (state === 'error' && messages.length === 0) return <div class="mail-none note note-bad" role="alert"><p>{error?.message}</p><button type="button" onClick={retry}>{t('conversation.again')}</button></div>
  return (
    <div class={seeking ? 'thread thread-seeking' : 'thread'} aria-busy={seeking}>
      {state === 'error' && <p class="note note-bad thread-wrong" role="alert">{error?.message} <button type="button" class="button-small" onClick={retry}>{t('conversation.again')}</button></p>}
      <VirtualList
        handle={list} items={entries} keyOf={entryKey} guess={guessHeight} row={row} role="feed" label={t('conversation.messages', { name: title })} busy={state === 'loading'}
        {...(newer || around !== undefined ? {} : { follow: 'end' as const })}
        nearStart={older ? loadOlder : undefined} nearEnd={newer ? loadNewer : undefined}
        seen={(first, last, atEnd) => {
          setAway(!atEnd || newer)
          if (!seeking) read(last)
          trim(atEnd && !newer ? null : entries.find((one) => entryKey(one) === first)?.message.id ?? null)
        }}
      />
      {away && <button type="button" class="to-end" onClick={toEnd}>↓ {t('conversation.toEnd')}{unread > 0 && <span class="badge">{unread}<span class="for-readers"> {t('inbox.unread')}</span></span>}</button>}
    </div>
  )
}

const keyOf = (messages: readonly Message[], id: string): string => {
  const found = messages.find((one) => one.id === id)
  return found ? found.clientId ?? found.id : id
}
