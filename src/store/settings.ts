import type { ChangeList } from '../model/event.ts'
import type { Reader, Writer } from './tx.ts'

/** What the user has set for themselves; each has a default. */
export type UserSettings = {
  /** Senders are told that they were read, by the networks that can: off unless the user wants it. */
  sendReadMarkers: boolean
  /** Whom the ladder lets in by itself: 'basic' also friends of friends, 'strict' friends only. */
  inboxFor: 'basic' | 'strict'
  /** What is not proven stays out of the inbox, whoever it is from. */
  verifiedOnly: boolean
  /** What the user does makes visible rules. */
  teachByMoving: boolean
  teachByReplying: boolean
  teachByApproving: boolean
  /** What the user does makes friends. */
  befriendByMoving: boolean
  befriendByReplying: boolean
  befriendByApproving: boolean
  /** Other users of this server who are friends may know whom this user is friends with. */
  shareFriends: boolean
  /** A daily digest of Other in the inbox, at this hour (0 to 23) of this IANA time zone; null: the server's. */
  digest: boolean
  digestHour: number
  timeZone: string | null
  /** What is called spam, and what is let in, teaches which strangers' messages are spam. */
  learnSpam: boolean
  /** After how many days what machines sent is deleted, for each stream; null: never. */
  keepDays: KeepDays
}

export type KeepDays = { newsletters: number | null, notifications: number | null, receipts: number | null }

const defaults: UserSettings = {
  sendReadMarkers: false, inboxFor: 'basic', verifiedOnly: false, teachByMoving: true, teachByReplying: false, teachByApproving: true, befriendByMoving: false, befriendByReplying: false, befriendByApproving: false, shareFriends: false,
  digest: true, digestHour: 8, timeZone: null, learnSpam: true, keepDays: { newsletters: null, notifications: null, receipts: null }
}

/** The settings of a user, with their rev. */
export function settingsOf(tx: Reader, userId: number): UserSettings & { rev: number } {
  const row = tx.get<{ settings: string, rev: number }>('SELECT settings, rev FROM user WHERE id = ?', userId)
  if (!row) throw new Error(`there is no user ${userId}`)
  const set = JSON.parse(row.settings) as Partial<UserSettings>
  const known = Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, set[name as keyof UserSettings] ?? value])) as UserSettings
  return { ...known, keepDays: { ...defaults.keepDays, ...set.keepDays }, rev: row.rev }
}

/** Changes those that are named; what else the row holds stays. */
export function changeSettings(tx: Writer, changes: ChangeList, userId: number, patch: Partial<UserSettings>): void {
  const { rev } = tx.get<{ rev: number }>('UPDATE user SET settings = json_patch(settings, ?), rev = rev + 1 WHERE id = ? RETURNING rev', JSON.stringify(patch), userId)!
  changes.add('settings.changed', userId, rev)
}
