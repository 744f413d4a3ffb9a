import { randomBytes, randomUUID } from 'node:crypto'
import { client, xml } from '@xmpp/client'
import type { Element, Entity, Transport, Wire } from '@xmpp/client'
import { ConnectorError } from '#connector'
import type { Log, Resolver } from '#connector'
import { readJid } from './jid.ts'
import { ns } from './names.ts'
import { scram } from './scram.ts'
import type { Settings } from './settings.ts'
import { servicesOf } from './discover.ts'
import { Line } from './wire.ts'
import { bounceWords, explain } from './words.ts'
import { bound } from './xml.ts'

/** An open stream: logged in, with a resource bound. */
export type Stream = {
  /** The own address, bare and with the resource. */
  bare: string
  full: string
  domain: string
  host: string
  /** Writes; resolves when it has left for the network. */
  send(element: Element): Promise<void>
  /** Writes, and resolves when the server has it (0198, else by a ping behind it). Rejects with `certain: false` where it may have got lost, and `never` where it came back. */
  deliver(element: Element): Promise<void>
  /** An answer is only believed from whom was asked. Rejects with a Refusal where the answer is an error. */
  ask(type: 'get' | 'set', to: string | null, child: Element, ms?: number): Promise<Element>
  /** Leaves what comes on the network for a while: back-pressure. */
  pause(paused: boolean): void
  /** Resolves when closed by us; rejects with the reason. */
  closed: Promise<void>
  /** Ends within half a second. */
  close(): Promise<void>
}

/** The answer to a question was an error: its condition. */
export class Refusal extends Error {
  readonly condition: string
  readonly bounced: Element

  constructor(stanza: Element) {
    super(bounceWords(stanza).text)
    this.name = 'Refusal'
    this.condition = bounceWords(stanza).code
    this.bounced = stanza
  }
}

const patienceMs = 10_000
const ackMs = 30_000
/** No honest server sends more between the begin and the end of a stanza. */
const maxStanza = 4 * 1024 * 1024
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/

/**
 * Connects and logs in. `heard` gets every stanza from then on, as the server sent it. Tries each place that the domain's records name. Throws a
 * ConnectorError that says what to do.
 */
export async function connect(settings: Settings, { dns, log, signal, heard }: { dns: Resolver | undefined, log: Log, signal: AbortSignal, heard(stanza: Element): void }): Promise<Stream> {
  const jid = readJid(settings.jid)
  if (!jid || !jid.bare.includes('@')) throw new ConnectorError('address', `${settings.jid.slice(0, 100)} is not a chat address. Write it like name@server.`, { retry: 'after-login' })
  const services = settings.service ? [settings.service] : await servicesOf(jid.domain, dns)
  let failed: ConnectorError | null = null
  for (const service of services) {
    try {
      return await connectTo(service, jid.bare, jid.domain, settings, { log, signal, heard })
    } catch (error) {
      const explained = explain(error, jid.domain)
      if (explained.retry !== 'later' || signal.aborted) throw explained
      failed ??= explained
    }
  }
  throw failed ?? new ConnectorError('host-not-found', `${jid.domain} says that it has no chat server. Check the address.`, { retry: 'later' })
}

async function connectTo(service: string, bare: string, domain: string, settings: Settings, { log, signal, heard }: { log: Log, signal: AbortSignal, heard(stanza: Element): void }): Promise<Stream> {
  const host = new URL(service.replace(/^xmpp/, 'http')).hostname
  const local = loopback.test(host)
  // What goes through a plain line on this machine nobody else can read; with a CA given, TLS is wanted there too.
  const plainAllowed = local && !settings.ca
  const entity = client({
    domain, username: bare.slice(0, bare.lastIndexOf('@')), resource: settings.resource ?? 'kinbox.' + randomBytes(4).toString('hex'), timeout: patienceMs,
    async credentials(authenticate, mechanisms) {
      if (!entity.isSecure() && !plainAllowed) throw unprotected(domain)
      const mechanism = mechanisms.find((name) => name !== 'PLAIN' || entity.isSecure())
      if (!mechanism || mechanism === 'ANONYMOUS') throw new ConnectorError('login', `The server ${domain} offers no way to log in with a password that is safe enough.`, { retry: 'after-login' })
      await authenticate({ username: bare.slice(0, bare.lastIndexOf('@')), password: settings.password }, mechanism, xml('user-agent', { id: randomUUID() }))
    }
  })
  // The supervisor reconnects, always with a fresh client.
  entity.reconnect.stop()
  entity.saslFactory._mechs = [{ name: 'SCRAM-SHA-256', mech: scram('sha256') }, { name: 'SCRAM-SHA-1', mech: scram('sha1') }, ...entity.saslFactory._mechs.filter(({ name }) => name === 'PLAIN')]
  Object.assign(entity.streamManagement, { requestAckDebounce: 5, requestAckInterval: 30_000, timeout: 20_000 })
  const protection = { domain, ca: settings.ca, timeoutMs: patienceMs }
  entity.transports = entity.transports.map((transport) => transport.prototype.socketParameters('xmpps://h') ? tailored(transport, () => new Line(true, protection)) : transport.prototype.socketParameters('xmpp://h') ? tailored(transport, () => new Line(false, protection)) : transport)

  let failure: unknown = null
  let closing = false
  const closed = Promise.withResolvers<void>()
  closed.promise.catch(() => {})
  const answers = new Map<string, { from: Set<string>, resolve(stanza: Element): void, reject(error: Error): void }>()
  const acks = new Map<Element, { resolve(): void, reject(error: Error): void }>()
  const bounces = new Map<string, (error: Error) => void>()
  const lost = (): ConnectorError => new ConnectorError('connection-lost', explain(failure, domain).message, { retry: 'later', certain: false })
  const destroy = (): void => {
    const { socket } = entity
    if (socket instanceof Line) socket.destroy()
    else socket?.end()
  }

  entity.on('error', (error: unknown) => { failure ??= error })
  entity.on('disconnect', () => {
    for (const { reject } of [...answers.values(), ...acks.values()]) reject(lost())
    answers.clear()
    acks.clear()
    if (closing) closed.resolve()
    else closed.reject(explain(failure, domain))
  })
  entity.streamManagement.on('ack', (stanza: Element) => acks.get(stanza)?.resolve())
  const managed = guard(entity, { plainAllowed, domain }, (error) => {
    failure ??= error
    log.warn({ reason: error.message }, 'the chat server sent what makes no sense')
    destroy()
  })
  entity.on('stanza', (stanza: Element) => {
    const { id, type, from } = stanza.attrs
    if (stanza.name === 'iq' && (type === 'result' || type === 'error') && id !== undefined) {
      const asked = answers.get(id)
      if (!asked || !asked.from.has(from ?? '')) return
      answers.delete(id)
      if (type === 'error') asked.reject(new Refusal(stanza))
      else asked.resolve(stanza)
      return
    }
    if (stanza.name === 'message' && type === 'error' && id !== undefined) bounces.get(id)?.(new Refusal(stanza))
    heard(stanza)
  })

  const aborted = (): void => destroy()
  signal.addEventListener('abort', aborted, { once: true })
  let reached = false
  try {
    await entity.connect(service)
    reached = true
    const online = new Promise<void>((resolve, reject) => {
      entity.once('online', () => resolve())
      entity.once('error', reject)
      entity.once('disconnect', () => reject(failure ?? new Error('closed')))
    })
    online.catch(() => {})
    await Promise.all([entity.open({ domain }), within(online, patienceMs * 2)])
    // The library counts an answer that comes together with <enabled/> as if it came after it, and the server ends a stream that acknowledges too much (0198 section 4): nothing is asked before.
    await within(managed(), patienceMs)
    await new Promise((resolve) => setImmediate(resolve))
  } catch (error) {
    closing = true
    destroy()
    const explained = explain(signal.aborted ? new Error('closed') : failure ?? error, domain)
    // A WebSocket does not tell why it could not be opened.
    throw !reached && explained.code === 'connection-lost' ? new ConnectorError('refused', `The server ${host} cannot be reached. Check the address and the server of this account; if they are right, it is down, or its certificate does not hold. Kinbox keeps trying.`, { retry: 'later' }) : explained
  } finally {
    signal.removeEventListener('abort', aborted)
  }
  const full = String(entity.jid)
  const stream: Stream = {
    bare, full, domain, host,
    closed: closed.promise,
    send: (element) => entity.send(element),
    pause(paused) {
      if (entity.socket instanceof Line) entity.socket.pause(paused)
    },
    async deliver(element) {
      if (entity.status !== 'online') throw new ConnectorError('connection-lost', explain(failure, domain).message, { retry: 'later' })
      const { id = '' } = element.attrs
      const bounced = new Promise<never>((_, reject) => bounces.set(id, reject))
      bounced.catch(() => {})
      try {
        const taken = entity.streamManagement.enabled ? acknowledged(element) : null
        taken?.catch(() => {})
        await entity.send(element).catch(() => { throw lost() })
        await Promise.race([bounced, taken ?? stream.ask('get', domain, xml('ping', { xmlns: ns.ping }), ackMs).catch((error: unknown) => { if (!(error instanceof Refusal)) throw error })])
      } catch (error) {
        if (error instanceof Refusal) throw new ConnectorError(error.condition, error.message, { retry: 'never' })
        throw error
      } finally {
        bounces.delete(id)
        // Nobody waits for it any more; its timer ends too.
        acks.get(element)?.resolve()
        acks.delete(element)
      }
    },
    async ask(type, to, child, ms = patienceMs) {
      const id = randomUUID()
      // RFC 6120 section 8.1.2.1: no address means the own account, and the answer may bear its address or none.
      const from = new Set(to === null ? ['', bare, full, domain] : to === domain ? [domain, ''] : [to])
      const answer = new Promise<Element>((resolve, reject) => answers.set(id, { from, resolve, reject }))
      answer.catch(() => {})
      try {
        await entity.send(xml('iq', { type, id, ...(to === null ? {} : { to }) }, child)).catch(() => { throw lost() })
        return await within(answer, ms)
      } finally {
        answers.delete(id)
      }
    },
    async close() {
      closing = true
      const hard = setTimeout(destroy, 400)
      await entity.stop().catch(() => {})
      clearTimeout(hard)
      destroy()
      closed.resolve()
    }
  }
  return stream

  function acknowledged(element: Element): Promise<void> {
    const ack = new Promise<void>((resolve, reject) => acks.set(element, { resolve, reject }))
    return within(ack, ackMs).catch((error: unknown) => { throw error instanceof ConnectorError ? error : lost() })
  }
}

const unprotected = (domain: string): ConnectorError => new ConnectorError('encryption', `The server ${domain} offers no encryption, so nothing was sent to it. Ask its operator, or give another server.`, { retry: 'after-login' })

/** The same transport with another socket. */
function tailored({ prototype }: Transport, socket: () => Wire): Transport {
  return { prototype: Object.assign(Object.create(prototype) as Transport['prototype'], { Socket: function () { return socket() } as unknown as new () => Wire }) }
}

/**
 * What the library leaves to its user: STARTTLS with our own trust and name, no login without it, and limits for what comes in. `broken` is called
 * for what no honest server sends. The returned function resolves when acknowledgements (0198) are agreed on, or are not to be had.
 */
function guard(entity: Entity, { plainAllowed, domain }: { plainAllowed: boolean, domain: string }, broken: (error: Error) => void): () => Promise<void> {
  const onElement = entity._onElement.bind(entity)
  const onData = entity._onData.bind(entity)
  const attach = entity._attachParser.bind(entity)
  let since = 0
  let reset = (): void => {}
  let upgrading = false
  let offered = false
  const managed = Promise.withResolvers<void>()
  entity._onElement = (element) => {
    since = 0
    reset()
    const { socket } = entity
    if (upgrading) {
      upgrading = false
      if (!element.is('proceed', ns.tls) || !(socket instanceof Line)) return void entity.emit('error', unprotected(domain))
      return void socket.upgrade().then(() => entity.restart()).catch((error: unknown) => entity.emit('error', error))
    }
    if (element.is('features', ns.stream) && !entity.isSecure() && !plainAllowed) {
      if (!element.getChild('starttls', ns.tls)) return void entity.emit('error', unprotected(domain))
      upgrading = true
      return void entity.send(xml('starttls', { xmlns: ns.tls })).catch((error: unknown) => entity.emit('error', error))
    }
    if (element.is('features', ns.stream)) offered = element.getChild('sm', ns.sm) !== undefined
    onElement(element)
    if (element.is('enabled', ns.sm) || element.is('failed', ns.sm)) managed.resolve()
  }
  entity._onData = (data) => {
    since += data.length
    if (since > maxStanza) return broken(new Error('a stanza is too large'))
    try {
      onData(data)
    } catch (error) {
      broken(error instanceof Error ? error : new Error(String(error)))
    }
  }
  entity._attachParser = (parser) => {
    reset = bound(parser, broken)
    attach(parser)
  }
  // A session that is resumed later would keep what comes meanwhile from the archive's order: each login is a fresh one.
  const send = entity.send.bind(entity)
  entity.send = (element) => {
    if (element.is('enable', ns.sm)) delete element.attrs['resume']
    return send(element)
  }
  return () => offered ? managed.promise : Promise.resolve()
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
