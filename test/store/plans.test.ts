import t from 'tap'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'

/** What stays small however much mail there is. */
const small = ['user', 'account', 'login', 'meta', 'json_each', 'identity']
/** Sorts of a few rows, found by an index and bounded by something else than how much mail there is: by what, and the statement. */
const bounded: Record<string, RegExp> = {
  'the own addresses of a user': /FROM identity WHERE user_id = \?/,
  'the strands of one conversation': /FROM strand WHERE conversation_id = \?/,
  'through whom one contact is known': /FROM address mine JOIN path p/,
  'the reactions to one message': /FROM reaction WHERE message_id = \?/,
  'the marks that an account still has to tell': /FROM mark_queue WHERE account_id = \?/,
  'what waits to be sent on one account': /d\.state = 'queued' AND d\.next_at <= \?2/
}

/** Every statement that is executed on kinbox.db while `recording` is set, whoever prepared it. */
function recorder() {
  const seen = new Set<string>()
  const probe = new Database(':memory:')
  type Executed = { source: string, database: Database.Database }
  const prototype = Object.getPrototypeOf(probe.prepare('SELECT 1')) as Record<string, (this: Executed, ...values: unknown[]) => unknown>
  probe.close()
  const recording = { on: false }
  for (const name of ['get', 'all', 'run']) {
    const original = prototype[name]!
    prototype[name] = function (...values) {
      if (recording.on && this.database.name.endsWith('kinbox.db')) seen.add(this.source)
      return original.apply(this, values)
    }
    t.teardown(() => { prototype[name] = original })
  }
  return { seen, recording }
}

t.test('no statement of what happens all the time looks through a table or sorts one', async (t) => {
  const { seen, recording } = recorder()
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const client = await house.client()
  await house.connectAccount(client, 'letters', { own: 'ada@example.org', secret })
  const wire = network.wire('ada@example.org')
  const alice = { sender: { kind: 'email', address: 'alice@friend.example', name: 'Alice', raw: 'alice@friend.example' } }

  recording.on = true
  for (let n = 0; n < 3; n++) await wire.letters([{ ...alice, subject: 'Trip', text: `About the trip ${n}`, messageId: `${n}@friend.example`, references: n ? ['0@friend.example'] : [] }])
  await wire.letters([{ ...alice, subject: 'Long ago', text: 'Before', messageId: 'old@friend.example', references: [] }], { lane: 'history', at: Date.UTC(2020, 0, 1), places: ['Old/1'] })
  const lists = async () => {
    const pages = await Promise.all(['inbox', 'other'].map((folder) => client.call<{ items: { id: string }[] }>('conversation.list', { folder, limit: 1 })))
    for (const more of [ { folder: 'other', archived: true }, { folder: 'other', blocked: true }, { folder: 'other', stream: 'newsletters' }]) await client.call('conversation.list', more)
    const conversationId = pages.flatMap(({ items }) => items)[0]!.id
    const { items, nextCursor } = await client.call<{ items: { id: string, topicId: string }[], nextCursor: string }>('message.list', { conversationId, limit: 1 })
    await client.call('message.list', { conversationId, limit: 1, cursor: nextCursor })
    await client.call('message.list', { conversationId, after: items[0]!.id })
    await client.call('message.list', { conversationId, topicId: items[0]!.topicId })
    await client.call('message.get', { id: items[0]!.id })
    await client.call('topic.list', { conversationId, limit: 1 })
    for (const method of ['outbox.list', 'inbox.counts', 'sync.snapshot', 'screener.list', 'stream.list']) await client.call(method)
    await client.call('conversation.markRead', { id: conversationId, upTo: items[0]!.id }).catch(() => undefined)
    return conversationId
  }
  const conversationId = await lists()
  await client.call('message.send', { clientId: '0198a000-0000-7000-8000-000000000001', conversationId, text: 'Yes' })
  await client.until(() => wire.sent.length === 1)
  await client.until(() => client.events.some(({ type, data }) => type === 'message.changed' && data?.['status'] === 'sent'))
  await lists()
  const again = await house.client('ada', { resume: { logId: client.hello.logId, seq: 0 } })
  await again.until(() => again.notices.some(({ method }) => method === 'sync.caughtUp'))
  recording.on = false

  const db = new Database(join(house.folder, 'kinbox.db'), { readonly: true })
  t.teardown(() => db.close())
  const plans = [...seen].filter((sql) => /^\s*(SELECT|UPDATE|DELETE|INSERT)\b/i.test(sql)).map((sql) => ({ sql, plan: planOf(db, sql) }))
  t.ok(plans.length > 100, `${plans.length} statements were seen`)
  t.ok(plans.some(({ sql }) => sql.includes('INSERT INTO message ')) && plans.some(({ sql }) => sql.includes('INDEXED BY dispatch_outbox')), 'those of receiving and of the lists are among them')
  t.same(plans.filter(({ sql }) => !Object.values(bounded).some((known) => known.test(sql))).flatMap(({ sql, plan }) => plan.filter(costly).map((step) => `${step}: ${sql.replace(/\s+/g, ' ')}`)), [])
  t.same(planOf(db, 'SELECT * FROM message ORDER BY preview').filter(costly).length, 2, 'what does both is found')
})

function planOf(db: Database.Database, sql: string): string[] {
  const numbered = [...sql.matchAll(/\?([0-9]+)/g)].map(([, n]) => Number(n))
  const values: unknown[] = numbered.length ? [Object.fromEntries(numbered.map((n) => [n, null]))] : Array.from(sql.matchAll(/\?/g), () => null)
  return (db.prepare<unknown[]>(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[]).map(({ detail }) => detail)
}

function costly(step: string): boolean {
  // Of the right part: rows that are equal in the left one.
  if (step.startsWith('USE TEMP B-TREE')) return !/FOR (RIGHT PART|LAST \d*\s?TERMS?) OF ORDER BY/.test(step)
  const [, table] = /^SCAN (\S+)/.exec(step) ?? []
  return table !== undefined && table !== 'CONSTANT' && !step.includes('VIRTUAL TABLE') && !small.includes(table)
}
