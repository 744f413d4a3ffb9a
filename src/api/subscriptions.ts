import type { Event } from '../model/event.ts'
import type { Filter } from './connection.ts'

/**
 * Whether an event belongs to a subscription, by its row alone: the folder it went to and the one it left, and its
 * conversation then. What has neither (contacts, accounts, counts, settings) belongs to every subscription.
 */
export function matches(filter: Filter | null, event: Event): boolean {
  if (!filter) return true
  const { folder, was } = event.data
  const conversation = event.data.conversation ?? (event.type.startsWith('conversation.') ? event.object : undefined)
  if (folder === undefined && was === undefined && conversation === undefined) return true
  if (conversation !== undefined && filter.conversations.includes(conversation)) return true
  if (filter.folders.length === 0) return false
  if (folder === undefined && was === undefined) return true
  return (folder !== undefined && filter.folders.includes(folder)) || (was !== undefined && filter.folders.includes(was))
}
