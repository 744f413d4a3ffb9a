import type { Conversation, Inbox } from '#client'
import { act } from '../hooks/act.ts'
import { t } from '../i18n.ts'
import { announce } from '../shell/announce.ts'

type Update = { pinned?: boolean, archived?: boolean, mutedUntil?: string | null }

const named = (conversation: Conversation) => ({ name: conversation.title })
const update = (store: Inbox, { id }: Conversation, patch: Update) => store.update({ id, ...patch })

/** Archives a conversation, or takes it out again. It can be undone. */
export function archive(store: Inbox, conversation: Conversation): Promise<unknown> {
  const archived = !conversation.archivedAt
  return act(update(store, conversation, { archived }), () => ({
    text: t(archived ? 'inbox.archived' : 'inbox.unarchived', named(conversation)), undo: () => void act(update(store, conversation, { archived: !archived }))
  }))
}

/** Moves a conversation to the other folder. It can be undone. */
export function move(store: Inbox, conversation: Conversation): Promise<unknown> {
  const { id, folder } = conversation
  const other = folder === 'inbox' ? 'other' : 'inbox'
  return act(store.route(id, other), () => ({
    text: t(other === 'inbox' ? 'inbox.movedToInbox' : 'inbox.movedToOther', named(conversation)), undo: () => void act(store.route(id, folder))
  }))
}

/** Keeps a conversation at the top, or no longer. */
export async function pin(store: Inbox, conversation: Conversation): Promise<void> {
  if (await act(update(store, conversation, { pinned: !conversation.pinned }))) announce(t(conversation.pinned ? 'inbox.unpinned' : 'inbox.pinnedNow', named(conversation)))
}

/** Far enough away to be for good. */
const forever = '9999-12-31T00:00:00.000Z'

export function isMuted({ mutedUntil }: Conversation, now: Date): boolean {
  return typeof mutedUntil === 'string' && Date.parse(mutedUntil) > now.getTime()
}

/** Makes no more noise about a conversation, or makes it again. It can be undone. */
export function mute(store: Inbox, conversation: Conversation, muted: boolean): Promise<unknown> {
  return act(update(store, conversation, { mutedUntil: muted ? forever : null }), () => ({
    text: t(muted ? 'inbox.mutedNow' : 'inbox.unmuted', named(conversation)), undo: () => void act(update(store, conversation, { mutedUntil: conversation.mutedUntil ?? null }))
  }))
}

/** Marks the last message unread, or everything read. */
export function turnRead(store: Inbox, { id, unread, lastMessage }: Conversation): Promise<unknown> {
  if (!lastMessage) return Promise.resolve()
  return act(unread > 0 ? store.markRead(id, lastMessage.id) : store.markUnread(id, lastMessage.id))
}
