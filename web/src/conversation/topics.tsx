import type { Methods } from '#client'
import { useEffect, useState } from 'preact/hooks'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'
import { go } from '../shell/route.ts'

type Listed = Methods['topic.list']['result']['items'][number]

/** Shows one mail thread of a conversation, or all. Not there where there is but one. `changes` says when to ask anew. */
export function Topics({ conversationId, topicId, changes }: { conversationId: string, topicId: string | undefined, changes: unknown }) {
  const client = useClient()
  const [topics, setTopics] = useState<Listed[]>([])
  useEffect(() => {
    let over = false
    client.call('topic.list', { conversationId, limit: 200 }).then(({ items }) => !over && setTopics(items), () => undefined)
    return () => { over = true }
  }, [client, conversationId, changes])
  if (topics.length < 2 && topicId === undefined) return null
  return (
    <div class="topics">
      <label class="for-readers" for="topic">{t('conversation.topic')}</label>
      <select id="topic" value={topicId ?? ''} onChange={({ currentTarget: { value } }) => go(value ? `/c/${conversationId}?topic=${value}` : `/c/${conversationId}`)}>
        <option value="">{t('conversation.allTopics')}</option>
        {topics.map(({ id, subject, messages }) => <option key={id} value={id}>{t('conversation.topicOf', { subject: subject || t('conversation.noSubject'), count: messages })}</option>)}
      </select>
    </div>
  )
}
