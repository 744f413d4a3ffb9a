import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { connect } from '../test/fixtures/client.ts'
import type { Client } from '../test/fixtures/client.ts'
import { argument } from './parts/figures.ts'
import { temporary } from './parts/house.ts'
import type { Held, Order } from './parts/memory-house.ts'
import { printTable } from './parts/table.ts'

/**
 * What the server holds at rest, and after the traffic of days in minutes: mail comes in, clients come, ask, send and go, some
 * without a word. What stays after each part tells whether something leaks. node bench/memory.ts [messages] [parts] [users] [sockets]
 */
const messages = argument(0, 4000)
const parts = argument(1, 4)
const users = argument(2, 10)
const sockets = argument(3, 50)
const perStep = 5

const place = await temporary()
const child = fork(join(import.meta.dirname, 'parts/memory-house.ts'), [place.folder, String(users)], { execArgv: ['--expose-gc'] })
const ended = once(child, 'exit').then(([code]) => { throw new Error(`the server ended with ${code}`) })
ended.catch(() => undefined)
const next = async <T>() => (await Promise.race([once(child, 'message'), ended]) as [T])[0]
const { url, tokens } = await next<{ url: string, tokens: string[] }>()
const obey = async <T>(order: Order): Promise<T> => {
  child.send(order)
  return next<T>()
}
const rows: string[][] = []
const look = async (name: string) => {
  await new Promise((resolve) => setTimeout(resolve, 3000))
  const held = await obey<Held>({ rest: true })
  rows.push([name, ...[held.rss, held.collected, held.heap].map((value) => `${value.toFixed(0)} MiB`)])
}

let came = 0
let sent = 0
let opened = 0
const open: Client[] = []
await look('at rest')
for (let part = 1; part <= parts; part++) {
  for (const until = Math.round(messages * part / parts); came < until; came += perStep) {
    const user = opened % users
    await obey({ letters: Math.min(perStep, until - came), user: came / perStep % users, from: came })
    if (open.length >= sockets) {
      const gone = open.shift()!
      if (opened % 3 === 0) gone.cut()
      else await gone.close()
    }
    const client = await connect(url, { token: tokens[user]! })
    opened++
    open.push(client)
    await client.call('sync.snapshot')
    const { items: [conversation] } = await client.call<{ items: { id: string }[] }>('conversation.list', { folder: 'other', limit: 50 })
    if (conversation) {
      await client.call('message.list', { conversationId: conversation.id })
      if (opened % 4 === 0) await send(client, conversation.id)
    }
  }
  for (const client of open.splice(0)) await client.close()
  await look(`after ${came} messages, no client there`)
}
child.disconnect()
await ended.catch(() => undefined)
await place.remove()
printTable('Memory', ['', 'resident', 'after a collection', 'heap'], rows, [
  `The whole server with ${users} users and ${users} accounts of a network played in its process (its parser in a worker, as always). ${came} live messages, ${opened} sockets that came and went, up to ${sockets} at once, ${sent} messages sent.`,
  'What is collected is what would be with time; resident memory also counts what the allocator keeps. It grows with the caches of the database (32 MiB for each connection) until these are full.'
])
process.exit(0)

async function send(client: Client, conversationId: string): Promise<void> {
  const n = String(++sent).padStart(12, '0')
  await client.call('message.send', { clientId: `0198a000-0000-7000-8000-${n}`, conversationId, text: `So be it, ${sent}` })
}
