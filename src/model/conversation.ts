import type { Because, Folder } from './decision.ts'

export type ConversationKind = 'person' | 'group' | 'list' | 'system'

/** A conversation as the store keeps it. `title` is '' where the names of its people are shown. */
export type Conversation = {
  id: number
  kind: ConversationKind
  title: string
  contactId: number | null
  people: number[]
  folder: Folder
  because: Because
  routed: boolean
  archivedAt: number | null
  /** Hidden since (ms): whom it is with is blocked. */
  blockedAt: number | null
  /** The part of Other that it lies in; null: among people. */
  stream: string | null
  pinned: boolean
  mutedUntil: number | null
  labels: string[]
  unread: number
  lastMessageId: number | null
  lastAt: number
  redirectTo: number | null
  rev: number
}
