import { fitting } from '../model/rule.ts'
import type { FindRule, UserRule, Writer } from '../model/rule.ts'
import type { Worded } from '../model/spam.ts'
import { sharingUsers } from '../store/neighbours.ts'
import { ruleFinder, rulesVersion } from '../store/rules.ts'
import { settingsOf } from '../store/settings.ts'
import type { Reader } from '../store/tx.ts'
import { spamAsker } from './lessons.ts'

/** What the user has said about who gets in, as one transaction sees it. */
export type Trust = {
  strict: boolean
  /** Nobody suffices who is not verified. */
  verifiedOnly: boolean
  version: number
  rule(writer: Writer): UserRule | null
  /** Other users of this server who share their friends. */
  sharing: number[]
  /** Why a stranger's message is like what the user called spam; null: it is not. */
  spam(message: Worded): string[] | null
}

/** Read once for a batch. `find` stands in for the user's rules where one asks what others would do. */
export function trustOf(tx: Reader, userId: number, find?: FindRule): Trust {
  const version = rulesVersion(tx, userId)
  const look = find ?? ruleFinder(tx, userId)
  const { inboxFor, verifiedOnly, learnSpam } = settingsOf(tx, userId)
  return { strict: inboxFor === 'strict', verifiedOnly, version, rule: version === 0 && !find ? () => null : (writer) => fitting(look, writer), sharing: sharingUsers(tx, userId), spam: spamAsker(tx, userId, learnSpam) }
}
