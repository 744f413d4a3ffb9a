import { connect } from '../test/fixtures/client.ts'
import type { Client } from '../test/fixtures/client.ts'
import { argument, ms, quantile } from './parts/figures.ts'
import { found, openHouse, temporary } from './parts/house.ts'
import { mails } from './parts/mails.ts'
import { serve } from './parts/served.ts'
import { printTable } from './parts/table.ts'

/** How long the lists take that a client shows first, over the socket. node bench/lists.ts [messages] [asks] */
const messages = argument(0, 100_000)
const asks = argument(1, 300)
const people = 2000
const long = Math.floor(messages / 5)
const page = 50
/** A socket may ask 500 times a second. */
const betweenMs = 3

const place = await temporary()
const founded = await found(place.folder)
const began = performance.now()
await fill()
const filledMs = performance.now() - began
const server = await serve(place.folder)
const client = await connect(server.url, { token: founded.token })
const rows: string[][] = []

await ask('conversation.list, first page', () => client.call('conversation.list', { folder: 'other', limit: page }))
const somewhere = await deep('conversation.list', { folder: 'other' }, Math.floor(people / page / 2))
await ask(`conversation.list, after ${Math.floor(people / page / 2) * page}`, () => client.call('conversation.list', { folder: 'other', limit: page, cursor: somewhere }))
const [newest] = (await client.call<{ items: { id: string, title: string }[] }>('conversation.list', { folder: 'other', limit: 1 })).items
const conversationId = newest!.id
await ask('message.list, newest page', () => client.call('message.list', { conversationId, limit: page }))
const back = await deep('message.list', { conversationId }, 40)
await ask(`message.list, ${40 * page} back`, () => client.call('message.list', { conversationId, limit: page, cursor: back }))
await ask('message.list, any conversation', someConversation(await ids(client)))

const memory = await server.memory()
await client.close()
await server.stop()
await place.remove()
printTable(`Lists of ${page} over the socket, ${messages} messages`, ['', 'p50', 'p99'], rows, [
  `${asks} asks each, one after the other. One user with ${people + 1} conversations, one of them with ${long} messages; filled through \`receive\`, history lane by 200, in ${(filledMs / 1000).toFixed(0)} s`,
  `(${Math.round(messages / filledMs * 1000)} a second, parse and prove answering at once). Resident memory after it all: ${memory === null ? 'not told' : `${memory.toFixed(0)} MiB`}.`
])

async function fill(): Promise<void> {
  const many = mails({ people })
  const one = mails({ people: 1, from: messages, since: Date.UTC(2029, 6, 1) })
  for (const [corpus, count] of [[many, messages - long], [one, long]] as const) {
    const house = await openHouse(place.folder, founded, corpus)
    for (let done = 0; done < count; done += 200) await house.receive(corpus.take(Math.min(200, count - done)), { lane: 'history', cursor: String(done) })
    await house.store.close()
  }
}

async function ask(name: string, call: () => Promise<unknown>): Promise<void> {
  const took: number[] = []
  for (let i = 0; i < asks + 20; i++) {
    const before = performance.now()
    await call()
    if (i >= 20) took.push(performance.now() - before)
    await new Promise((resolve) => setTimeout(resolve, betweenMs))
  }
  rows.push([name, ms(quantile(took, 0.5)), ms(quantile(took, 0.99))])
}

/** The cursor after so many pages. */
async function deep(method: string, params: object, pages: number): Promise<string> {
  let cursor: string | undefined
  for (let i = 0; i < pages; i++) cursor = (await client.call<{ nextCursor: string }>(method, { ...params, limit: page, ...(cursor === undefined ? {} : { cursor }) })).nextCursor
  return cursor!
}

async function ids(client: Client): Promise<string[]> {
  return (await client.call<{ items: { id: string }[] }>('conversation.list', { folder: 'other', limit: 100 })).items.map(({ id }) => id)
}

function someConversation(all: string[]): () => Promise<unknown> {
  let at = 0
  return () => client.call('message.list', { conversationId: all[at++ % all.length], limit: page })
}
