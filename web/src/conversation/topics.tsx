import type { Methods } from '#client'
import { useEffect, useState } from 'preact/hooks'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'
import { go } from '../shell/route.ts'
import { TopicMenu } from './topic-menu.tsx'

type Listed = Methods['topic.list']['result']['items'][number]

/** Shows one mail thread of a conversation, or all, and what can be done with the one. Not there where there is but one. `changes` says when to ask anew, besides events of topics. */
export function Topics({ conversationId, topicId, changes }: { conversationId: string, topicId: string | undefined, changes: unknown }) {
  const client = useClient()
  const [topics, setTopics] = useState<Listed[]>([])
  const [asked, setAsked] = useState(0)
  useEffect(() => client.onEvent(({ type }) => { if (type === 'topic.changed') setAsked((n) => n + 1) }), [client])
  useEffect(() => {
    let over = false
    client.call('topic.list', { conversationId, limit: 200 }).then(({ items }) => !over && setTopics(items), () => undefined)
    return () => { over = true }
  }, [client, conversationId, changes, asked])
  if (topics.length < 2 && topicId === undefined) return null
  const shown = topics.find(({ id }) => id === topicId)
  return (
    <div class="topics row">
      <label class="for-readers" for="topic">{t('conversation.topic')}</label>
      <select id="topic" value={topicId ?? ''} onChange={({ currentTarget: { value } }) => go(value ? `/c/${conversationId}?topic=${value}` : `/c/${conversationId}`)}>
        <option value="">{t('conversation.allTopics')}</option>
        {topics.map(({ id, subject, messages }) => <option key={id} value={id}>{t('conversation.topicOf', { subject: subject || t('conversation.noSubject'), count: messages })}</option>)}
      </select>
      {shown && <TopicMenu key={shown.id} topic={shown} others={topics.filter((one) => one !== shown)} conversationId={conversationId} />}
    </div>
  )
}
