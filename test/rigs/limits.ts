import { randomBytes, randomUUIDv7 } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { connectAdmin } from '../../src/cli/admin-client.ts'
import { freePorts } from '../servers/dovecot.ts'
import { openClient } from './client.ts'
import type { RigClient } from './client.ts'
import { startServer } from './server.ts'
import { ownTree } from './tree.ts'

export type LimitsOptions = { tree?: string, sockets?: number, say?(line: string): void }
export type LimitsResult = {
  /** Of each case: how much the server's memory rose (MiB), the slowest answer another client got meanwhile (ms), how the attacker's socket ended. */
  cases: { name: string, risenMib: number, slowestMs: number, ended: string }[]
  wrong: string[]
  ms: number
}

/** The minute that a client may read nothing is so many times shorter. */
const stallTimes = 12

/** What one strange client may cost at most (MiB), a thousand idle sockets included; and how long the others may wait for an answer (ms), besides ten times what they wait anyway. */
export const mostMib = 200
export const mostMs = 5_000

type Attack = { name: string, run(at: Target): Promise<string>, longest?: number }
type Target = { port: number, token: string, sockets: number }

/** Clients that mean harm or cannot read, one after the other, against a server that serves somebody else at the same time. */
export async function limitsRun({ tree = ownTree, sockets = 1_000, say = () => undefined }: LimitsOptions): Promise<LimitsResult> {
  const began = Date.now()
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-limits-'))
  const data = join(folder, 'data')
  mkdirSync(data)
  const [port] = await freePorts(1) as [number]
  const server = await startServer({ tree, data, port, faster: stallTimes, log: join(folder, 'log') })
  const result: LimitsResult = { cases: [], wrong: [], ms: 0 }
  let other: RigClient | null = null
  try {
    const admin = (await connectAdmin(data))!
    await admin.actions.userAdd({ name: 'ada', password: null })
    await admin.actions.userAdd({ name: 'bob', password: null })
    const { token } = await admin.actions.tokenCreate({ user: 'ada', name: 'rig' })
    const { token: bobs } = await admin.actions.tokenCreate({ user: 'bob', name: 'rig' })
    await admin.close()
    other = openClient({ url: () => server.url, token: bobs })
    await other.greeted()
    await act(other, 200)

    // How long answers take while nobody means harm: the machine may be busy.
    const quiet = watching(server.pid, other)
    await pause(2_000)
    const usualMs = (await quiet.end()).slowestMs
    for (const attack of attacks) {
      const before = residentMib(server.pid)
      const watch = watching(server.pid, other)
      const ended = await attack.run({ port, token, sockets }).catch((error: Error) => error.message)
      const { peakMib, slowestMs } = await watch.end()
      const risenMib = Math.round(peakMib - before)
      result.cases.push({ name: attack.name, risenMib, slowestMs, ended })
      say(`${attack.name}: ${risenMib} MiB, others waited ${slowestMs} ms at most, ${ended}`)
      if (risenMib > mostMib) result.wrong.push(`${attack.name}: the server grew by ${risenMib} MiB`)
      if (slowestMs > mostMs + 10 * usualMs) result.wrong.push(`${attack.name}: somebody else waited ${slowestMs} ms for an answer`)
    }
    const heard = other.events.length
    await act(other, 1)
    for (const until = Date.now() + 60_000; other.events.length <= heard && Date.now() < until;) await pause(20)
    if (other.events.length <= heard) result.wrong.push('in the end the other client hears nothing any more')
    result.wrong.push(...other.wrong)
    if (other.counts.connections !== 1) result.wrong.push(`the other client was disconnected ${other.counts.connections - 1} times`)
  } finally {
    other?.stop()
    server.kill()
    await server.ended
    rmSync(folder, { recursive: true, force: true })
  }
  result.ms = Date.now() - began
  return result
}

const attacks: Attack[] = [
  {
    name: 'a client that stops reading while 3,000 events come',
    async run({ port, token }) {
      const url = `http://127.0.0.1:${port}`
      const writer = openClient({ url: () => url, token })
      await writer.greeted()
      const slow = await upgraded(port)
      slow.write(frame(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.hello', params: { protocol: 'kinbox.v1', client: { name: 'slow' }, auth: { token } } })))
      await pause(200)
      slow.pause()
      await act(writer, 3_000)
      const caught = writer.events.length
      writer.stop()
      slow.destroy()
      return `its own other client had ${caught} events`
    }
  },
  {
    name: 'a client that asks 2,000 times and reads no answer',
    async run({ port, token }) {
      const socket = await upgraded(port)
      socket.write(frame(JSON.stringify({ jsonrpc: '2.0', id: 'hello', method: 'session.hello', params: { protocol: 'kinbox.v1', client: { name: 'mute' }, auth: { token } } })))
      await pause(200)
      socket.pause()
      for (let id = 0; id < 2_000; id++) {
        socket.write(frame(JSON.stringify({ jsonrpc: '2.0', id, method: 'rpc.discover', params: {} })))
        if (id % 50 === 49) await pause(20)
      }
      await pause(500)
      socket.destroy()
      return 'it went away'
    }
  },
  {
    name: 'a client that asks and reads nothing for a minute (12 times shorter)',
    async run({ port, token }) {
      const client = await greet(port, token)
      const closed = new Promise<number>((resolve) => client.once('close', resolve))
      client.pause()
      for (let id = 0; id < 400; id++) client.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'rpc.discover', params: {} }))
      const slow = async () => /kinbox_sockets_closed_total\{reason="slow"\} ([0-9]+)/.exec(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())?.[1]
      for (const until = Date.now() + 60_000; await slow() === undefined; await pause(100)) if (Date.now() > until) throw new Error('the server keeps it')
      // What was on its way comes first, then why it was closed.
      client.resume()
      const code = await Promise.race([closed, pause(30_000, 0)])
      client.terminate()
      return `ended by the server with ${code}`
    }
  },
  {
    name: 'a message of 300,000 fragments',
    run: async ({ port }) => {
      const socket = await upgraded(port)
      const parts = Buffer.concat([Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x61]), ...Array.from({ length: 999 }, () => Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x61]))])
      const more = Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x61])))
      return await flood(socket, [parts, ...Array.from({ length: 299 }, () => more)])
    }
  },
  {
    name: 'a frame of 100 MiB',
    run: async ({ port }) => {
      const socket = await upgraded(port)
      const head = Buffer.alloc(14)
      head[0] = 0x81
      head[1] = 0x80 | 127
      head.writeBigUInt64BE(BigInt(100 * 1024 * 1024), 2)
      return await flood(socket, [head, ...Array.from({ length: 100 }, () => Buffer.alloc(1024 * 1024, 0x61))])
    }
  },
  {
    name: 'JSON nested 100,000 deep',
    run: ({ port, token }) => ask(port, token, '['.repeat(100_000) + ']'.repeat(100_000))
  },
  {
    name: 'a million ids in one request',
    run: ({ port, token }) => ask(port, token, JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'contact.merge', params: { ids: Array.from({ length: 1_000_000 }, (_, i) => `p${i}`) } }))
  },
  {
    name: 'as many ids as fit into one frame',
    run: ({ port, token }) => ask(port, token, JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'contact.merge', params: { ids: Array.from({ length: 30_000 }, (_, i) => `p${i}`) } }))
  },
  {
    name: 'idle sockets, logged in',
    async run({ port, token, sockets }) {
      const open: WebSocket[] = []
      for (let begun = 0; begun < sockets; begun += 50) {
        open.push(...await Promise.all(Array.from({ length: Math.min(50, sockets - begun) }, () => greet(port, token))))
      }
      const alive = open.filter(({ readyState }) => readyState === WebSocket.OPEN).length
      await pause(1_000)
      for (const socket of open) socket.terminate()
      return `${alive} of ${sockets} were open at once`
    }
  },
  {
    name: 'sockets that never say hello',
    async run({ port, sockets }) {
      const open = await Promise.all(Array.from({ length: sockets / 2 }, () => upgraded(port).catch(() => null)))
      await pause(500)
      for (const socket of open) socket?.destroy()
      return `${open.filter(Boolean).length} were open`
    }
  }
]

/** Makes events: each a contact of its own, fewer in a second than a client is refused for. */
async function act(client: RigClient, count: number): Promise<void> {
  for (let made = 0; made < count; made += 20) {
    await Promise.all(Array.from({ length: Math.min(20, count - made) }, () => client.call('contact.put', { name: 'N'.repeat(150) + randomUUIDv7() }).catch((error: Error & { kind?: string }) => {
      if (error.kind !== 'rate_limited') throw error
      return pause(200)
    })))
    await pause(45)
  }
}

function residentMib(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}

/** Looks at memory, and asks as somebody else, twenty times a second. */
function watching(pid: number, other: RigClient): { end(): Promise<{ peakMib: number, slowestMs: number }> } {
  let going = true
  let peakMib = 0
  let slowestMs = 0
  const done = (async () => {
    while (going) {
      const asked = Date.now()
      await other.call('inbox.counts').catch(() => undefined)
      slowestMs = Math.max(slowestMs, Date.now() - asked)
      peakMib = Math.max(peakMib, residentMib(pid))
      await pause(50)
    }
  })()
  return {
    async end() {
      going = false
      await done
      return { peakMib, slowestMs }
    }
  }
}

/** A bare TCP connection that has been upgraded to a WebSocket (RFC 6455 section 4.1). */
async function upgraded(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(`GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: kinbox.v1\r\n\r\n`)
  await new Promise<void>((resolve, reject) => {
    socket.once('data', () => resolve())
    socket.once('close', () => reject(new Error('the upgrade was refused')))
  })
  return socket
}

/** One masked text frame (RFC 6455 section 5.2) of under 64 KiB. */
function frame(text: string): Buffer {
  const body = Buffer.from(text)
  const head = body.length < 126 ? Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0]) : Buffer.from([0x81, 0x80 | 126, body.length >> 8, body.length & 255, 0, 0, 0, 0])
  return Buffer.concat([head, body])
}

/** Writes until everything is written or the server has ended the connection. */
async function flood(socket: Socket, chunks: readonly Buffer[]): Promise<string> {
  let code: number | null = null
  let closed = false
  socket.on('data', (data: Buffer) => {
    if ((data[0]! & 15) === 8) code = data.readUInt16BE(2)
  })
  socket.on('close', () => { closed = true })
  let written = 0
  for (const chunk of chunks) {
    if (closed) break
    written += chunk.length
    if (!socket.write(chunk)) await new Promise<void>((resolve) => { socket.once('drain', resolve).once('close', () => resolve()) })
    await pause(0)
  }
  for (const until = Date.now() + 60_000; !closed && Date.now() < until;) await pause(20)
  socket.destroy()
  if (!closed) throw new Error(`the server took all ${written} bytes and kept the connection`)
  return `ended by the server${code === null ? '' : ` with ${code}`}`
}

async function greet(port: number, token: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/ws`, ['kinbox.v1'])
  socket.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session.hello', params: { protocol: 'kinbox.v1', client: { name: 'idle' }, auth: { token } } })))
    socket.once('message', () => resolve())
    socket.once('close', () => reject(new Error('the socket was closed')))
  })
  return socket
}

/** What the server says to one frame. */
async function ask(port: number, token: string, text: string): Promise<string> {
  const socket = await greet(port, token)
  return await new Promise<string>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const { error, id } = JSON.parse(data.toString()) as { id: unknown, error?: { data: { kind: string } } }
      if (error) resolve(`${error.data.kind} (${id === null ? 'no id' : 'its id'})`)
    })
    socket.on('close', (code) => resolve(`ended by the server with ${code}`))
    socket.send(text)
  }).finally(() => socket.terminate())
}
