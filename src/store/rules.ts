import type { ChangeList } from '../model/event.ts'
import type { FindRule, RuleTarget, UserRule } from '../model/rule.ts'
import type { Reader, Writer } from './tx.ts'

const columns = 'id, scope, kind, value, action, stream, origin, at, rev'

/** undefined when the user has none of that id. */
export function getRule(tx: Reader, userId: number, id: number): UserRule | undefined {
  return tx.get<UserRule>(`SELECT ${columns} FROM rule WHERE id = ? AND user_id = ?`, id, userId)
}

/** Rules in the order in which they were made, after the key of the page before. */
export function listRules(tx: Reader, userId: number, { afterId, limit }: { afterId: number, limit: number }): UserRule[] {
  return tx.all<UserRule>(`SELECT ${columns} FROM rule WHERE user_id = ? AND id > ? ORDER BY id LIMIT ?`, userId, afterId, limit)
}

const about = `SELECT ${columns} FROM rule WHERE user_id = ? AND scope = ? AND kind = ? AND value = ?`

/** The rule about exactly this. One look into an index, however many rules there are. */
export function ruleFinder(tx: Reader, userId: number): FindRule {
  return ({ scope, kind, value }) => tx.get<UserRule>(about, userId, scope, kind, value)
}

/** The same from all rules read at once, for whoever asks about thousands of senders. Their changes are not seen. */
export function rulesAtHand(tx: Reader, userId: number): FindRule {
  const keyOf = ({ scope, kind, value }: RuleTarget) => `${scope} ${kind} ${value}`
  const all = new Map(tx.all<UserRule>(`SELECT ${columns} FROM rule WHERE user_id = ?`, userId).map((rule) => [keyOf(rule), rule]))
  return (target) => all.get(keyOf(target))
}

/** Makes a rule, or gives the one about the same its new words. `at` in ms. Returns it. */
export function putRule(tx: Writer, changes: ChangeList, userId: number, { scope, kind, value, action, stream, origin, at }: Omit<UserRule, 'id' | 'rev'>): UserRule {
  const row = tx.get<UserRule>(
    `INSERT INTO rule (id, user_id, scope, kind, value, action, stream, origin, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (user_id, scope, kind, value) DO UPDATE SET action = excluded.action, stream = excluded.stream, origin = excluded.origin, at = excluded.at, rev = rev + 1 RETURNING ${columns}`,
    tx.nextId('rule'), userId, scope, kind, value, action, stream, origin, at)!
  changes.add('rule.changed', row.id, row.rev)
  raiseVersion(tx, userId)
  return row
}

/** Gives a rule another target or action. The caller has made sure that no other rule is about that. Returns it. */
export function changeRule(tx: Writer, changes: ChangeList, userId: number, id: number, { scope, kind, value, action, stream, origin, at }: Omit<UserRule, 'id' | 'rev'>): UserRule {
  const row = tx.get<UserRule>(
    `UPDATE rule SET scope = ?, kind = ?, value = ?, action = ?, stream = ?, origin = ?, at = ?, rev = rev + 1 WHERE id = ? AND user_id = ? RETURNING ${columns}`, scope, kind, value, action, stream, origin, at, id, userId)!
  changes.add('rule.changed', row.id, row.rev)
  raiseVersion(tx, userId)
  return row
}

export function deleteRule(tx: Writer, changes: ChangeList, userId: number, rule: Pick<UserRule, 'id' | 'rev'>): void {
  tx.run('DELETE FROM rule WHERE id = ? AND user_id = ?', rule.id, userId)
  changes.add('rule.removed', rule.id, rule.rev + 1)
  raiseVersion(tx, userId)
}

/** Every decision says which version of the rules it was made by. 0: there has been none. */
export function rulesVersion(tx: Reader, userId: number): number {
  return tx.get<{ version: number }>('SELECT rules_version AS version FROM user WHERE id = ?', userId)?.version ?? 0
}

export function raiseVersion(tx: Writer, userId: number): void {
  tx.run('UPDATE user SET rules_version = rules_version + 1 WHERE id = ?', userId)
}

/** The conversations in which somebody that a rule is about has written, proven or not. Groups and rooms are not moved by a rule. */
export function conversationsOf(tx: Reader, userId: number, { scope, kind, value }: RuleTarget): number[] {
  if (scope === 'list') return ids(tx.all("SELECT conversation_id AS id FROM strand WHERE user_id = ?1 AND key IN ('list:' || ?2, 'unproven:list:' || ?2)", userId, value))
  if (scope === 'address') return ids(tx.all("SELECT DISTINCT conversation_id AS id FROM strand WHERE user_id = ?1 AND key IN (?2, 'auto:' || ?2, 'unproven:' || ?2)", userId, `${kind}:${value}`))
  return ids(tx.all(
    `SELECT DISTINCT conversation_id AS id FROM strand WHERE user_id = ?1 AND substr(key, -length(?3) - 1) IN ('@' || ?3, '.' || ?3)
       AND (substr(key, 1, length(?2) + 1) = ?2 || ':' OR substr(key, 1, length(?2) + 6) = 'auto:' || ?2 || ':' OR substr(key, 1, length(?2) + 10) = 'unproven:' || ?2 || ':')`,
    userId, kind, value))
}

const ids = (rows: { id: number }[]): number[] => rows.map(({ id }) => id)
