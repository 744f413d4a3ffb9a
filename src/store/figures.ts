import type { Reader } from './tx.ts'

/** What an operator watches. `messages`, `events`: how many there have been; the log of each user counts. */
export type StoreFigures = { users: number, messages: number, events: number, accounts: Record<string, number>, outbox: Record<string, number> }

const statuses = ['connecting', 'live', 'retrying', 'login-needed', 'stopped']
const states = ['queued', 'sending', 'uncertain']

/** Read by index or from small tables: asked every few seconds, also over a million messages. A status that nobody has is 0. */
export function figuresOf(tx: Reader): StoreFigures {
  const counted = (names: string[], rows: { name: string, n: number }[]) => Object.fromEntries(names.map(name => [name, rows.find(row => row.name === name)?.n ?? 0]))
  const { users, messages, events } = tx.get<{ users: number, messages: number, events: number }>(
    'SELECT (SELECT count(*) FROM user) AS users, (SELECT coalesce(max(id), 0) FROM message) AS messages, (SELECT coalesce(sum(head), 0) FROM user_log) AS events')!
  return {
    users, messages, events,
    accounts: counted(statuses, tx.all('SELECT status AS name, count(*) AS n FROM account WHERE removed_at IS NULL GROUP BY status')),
    outbox: counted(states, tx.all("SELECT state AS name, count(*) AS n FROM dispatch WHERE state IN ('queued', 'sending', 'uncertain') GROUP BY state"))
  }
}
