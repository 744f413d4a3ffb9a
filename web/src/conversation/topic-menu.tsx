import type { Client, Methods } from '#client'
import { useRef, useState } from 'preact/hooks'
import { act } from '../hooks/act.ts'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'
import { Dialog } from '../shell/dialog.tsx'
import { go } from '../shell/route.ts'

type Listed = Methods['topic.list']['result']['items'][number]

const words = ({ subject }: Pick<Listed, 'subject'>): string => subject || t('conversation.noSubject')

/** What can be done with the mail thread that is shown: another name, and joining it with one that belongs to it. Both can be undone. */
export function TopicMenu({ topic, others, conversationId }: { topic: Listed, others: readonly Listed[], conversationId: string }) {
  const client = useClient()
  const [shows, setShows] = useState<'rename' | 'join' | null>(null)
  const close = () => setShows(null)
  const rename = (subject: string) => {
    close()
    if (subject !== topic.subject) void act(client.call('topic.rename', { id: topic.id, subject }), () => ({ text: t('conversation.topicRenamed', { subject }), undo: () => void act(client.call('topic.rename', { id: topic.id, subject: topic.subject })) }))
  }
  const join = (other: Listed) => {
    close()
    void act(client.call('topic.join', { ids: [topic.id, other.id] }), ({ splitAt }) => ({ text: t('conversation.topicsJoined', { one: words(topic), other: words(other) }), undo: () => void act(apart(client, splitAt)) }))
    go(`/c/${conversationId}?topic=${topic.id}`, { replace: true })
  }
  return (
    <>
      <button type="button" class="button-small" onClick={() => setShows('rename')}>{t('conversation.topicRename')}</button>
      {others.length > 0 && <button type="button" class="button-small" onClick={() => setShows('join')}>{t('conversation.topicJoin')}</button>}
      {shows === 'rename' && <Dialog title={t('conversation.topicRename')} onClose={close}><Rename subject={topic.subject} onSave={rename} /></Dialog>}
      {shows === 'join' && (
        <Dialog title={t('conversation.topicJoinWhich', { subject: words(topic) })} onClose={close}>
          <ul class="plain stack">{others.map((other) => <li key={other.id}><button type="button" onClick={() => join(other)}><bdi>{words(other)}</bdi></button></li>)}</ul>
        </Dialog>
      )}
    </>
  )
}

/** Parts what was joined, message by message, in order. */
async function apart(client: Client, splitAt: readonly string[]): Promise<void> {
  for (const messageId of splitAt) await client.call('topic.split', { messageId })
}

function Rename({ subject, onSave }: { subject: string, onSave(subject: string): void }) {
  const field = useRef<HTMLInputElement>(null)
  return (
    <form class="field" onSubmit={(event) => { event.preventDefault(); onSave(field.current?.value.trim() ?? '') }}>
      <label for="topic-name">{t('conversation.topicName')}</label>
      <div class="row"><input id="topic-name" ref={field} dir="auto" defaultValue={subject} maxLength={1000} /> <button type="submit">{t('person.save')}</button></div>
    </form>
  )
}
