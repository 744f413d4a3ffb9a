import type { Message } from '#client'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import '../styles/conversation.css'
import '../styles/message.css'
import { KinboxError } from '#client'
import { useLive } from '../hooks/use-live.ts'
import { t } from '../i18n.ts'
import { Composer } from '../composer/composer.tsx'
import { nameOf, titleOf } from '../message/name.ts'
import { useClient, useStore } from '../session.ts'
import { go } from '../shell/route.ts'
import { Head } from './head.tsx'
import { Thread } from './thread.tsx'
import { Topics } from './topics.tsx'

/** One conversation: its head, its messages, and where an answer is written. */
export function ConversationPane({ id, query }: { id: string, query: URLSearchParams }) {
  const store = useStore()
  const client = useClient()
  const found = useMemo(() => store.conversation(id), [store, id])
  const conversation = useLive(found)
  const [gone, setGone] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)
  const [answers, setAnswers] = useState<Message | null>(null)
  const typists = useLive(useMemo(() => store.signals.typing(id), [store, id]))
  const topicId = query.get('topic') ?? undefined
  const around = query.get('m') ?? undefined
  const title = (conversation && titleOf(conversation)) || t('inbox.nobody')
  const here = conversation !== null

  useLayoutEffect(() => {
    if (!here) return
    document.title = `${title} · Kinbox`
    if (!document.activeElement?.closest('.conversation, .folder')) heading.current?.focus({ preventScroll: true })
  }, [title, here])
  // It went into another one: that is where it is now.
  useEffect(() => { if (conversation?.redirectTo) go(`/c/${conversation.redirectTo}`, { replace: true }) }, [conversation?.redirectTo])

  useEffect(() => { if (!here) client.call('conversation.get', { id }).catch((error: unknown) => setGone(error instanceof KinboxError && error.kind === 'not_found')) }, [id, here])

  if (!conversation && gone) return <section class="conversation"><p class="mail-none" role="alert">{t('conversation.gone')} <a href="/inbox">{t('conversation.back')}</a></p></section>
  if (!conversation) return <section class="conversation" aria-busy="true"><p class="mail-none quiet">{t('conversation.loading')}</p></section>
  return (
    <section class="conversation" aria-label={title}>
      <Head conversation={conversation} heading={heading} />
      <Topics conversationId={id} topicId={topicId} changes={conversation.lastMessage?.id} />
      <Thread key={`${topicId} ${around}`} conversation={conversation} topicId={topicId} around={around} onReply={setAnswers} />
      <p class="typists quiet small" aria-live="polite">{typists.length > 0 && t('conversation.typing', { who: conversation.kind === 'person' ? title : typists.map(nameOf).join(', ') })}</p>
      <Composer key={id} target={{ conversationId: id }} place={id} topicId={topicId} answers={answers} onAnswered={() => setAnswers(null)} label={t('composer.to', { name: title })} />
    </section>
  )
}
