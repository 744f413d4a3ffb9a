/** A stand-in for the core, for tests of one connector: keeps what it is handed as the core would, and serves its webhook. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Account, Arrival, Connector, Ephemeral, Incoming, ReceiveAt, Session, WebhookAnswer, WebhookRequest } from '#connector'

export type TestClock = { now(): number, advance(ms: number): void }

/** A clock that runs with the real one from `start` on, and can be moved ahead. */
export function testClock(start: number): TestClock {
  const begun = performance.now()
  let moved = 0
  return { now: () => Math.floor(start + moved + performance.now() - begun), advance: ms => { moved += ms } }
}

/** How long `work` takes (ms, by tens) as far as this process runs meanwhile: what a busy machine keeps it waiting for is not counted. */
export async function ownTime(work: () => Promise<unknown>): Promise<number> {
  let beats = 0
  // A beat that comes late is one beat, however late.
  const beat = setInterval(() => beats++, 10)
  try {
    await work()
  } finally {
    clearInterval(beat)
  }
  return beats * 10
}

/** Resolves with the first value of `probe` that is neither false, null nor undefined; throws after `ms`. */
export async function until<T>(what: string, probe: () => T | false | null | undefined | Promise<T | false | null | undefined>, ms = 60_000): Promise<T> {
  const end = performance.now() + ms
  for (;;) {
    const value = await probe()
    if (value !== false && value !== null && value !== undefined) return value
    if (performance.now() > end) throw new Error('waited in vain for: ' + what)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

export type TestAccount<Settings> = Account<Settings> & {
  /** Every batch as it came. */
  batches: { batch: Arrival[], at: ReceiveAt }[]
  /** The bytes of each remote id, as they came first. */
  raws: Map<string, Uint8Array>
  /** What the raw arrivals and the others said, each remote id once, in order of arrival. */
  understood: { remoteId?: string, at: number, lane: string, incoming: Incoming }[]
  /** Remote ids that came more than once (allowed; the core ignores them). */
  doubles: string[]
  ephemerals: Ephemeral[]
  logged: string[]
  /** Set to make receive() reject; `refused` counts how often it has. */
  refuse: boolean
  refused: number
  stop(): void
}

/** An account that stores in memory. `cursors` are those to resume from. */
export function testAccount<Settings>(connector: Connector<Settings>, settings: Settings, clock: { now(): number }, options: { webhookUrl?: string | null, cursors?: Account<Settings>['cursors'] } = {}): TestAccount<Settings> {
  const stopping = new AbortController()
  const line = (level: string) => (fields: object, message: string): void => { account.logged.push(`${level} ${message} ${JSON.stringify(fields, (_, value: unknown) => value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value)}`) }
  const account: TestAccount<Settings> = {
    id: '1', settings, cursors: options.cursors ?? { live: null, history: null }, webhookUrl: options.webhookUrl ?? null, clock, stopping: stopping.signal,
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    batches: [], raws: new Map(), understood: [], doubles: [], ephemerals: [], logged: [], refuse: false, refused: 0,
    signal: ephemeral => { account.ephemerals.push(ephemeral) },
    stop: () => stopping.abort(),
    async receive(batch, at) {
      const full = (): void => {
        if (!account.refuse) return
        account.refused++
        throw new Error('the disk is full')
      }
      full()
      const found: TestAccount<Settings>['understood'] = []
      for (const arrival of batch) {
        if (!('raw' in arrival)) {
          found.push({ at: arrival.at, lane: at.lane, incoming: arrival.incoming })
          continue
        }
        const known = account.raws.has(arrival.remoteId)
        if (known) account.doubles.push(arrival.remoteId)
        else account.raws.set(arrival.remoteId, arrival.raw)
        const context = { own: connector.own(settings), region: null, folder: arrival.folder ?? null, authserv: null, at: arrival.at, ...connector.context?.(settings) }
        for (const incoming of await connector.parse(arrival.raw, context)) {
          if (!known || incoming.type !== 'message') found.push({ remoteId: arrival.remoteId, at: arrival.at, lane: at.lane, incoming })
        }
      }
      full()
      account.understood.push(...found)
      account.batches.push({ batch, at })
      if (at.cursor !== undefined) account.cursors = { ...account.cursors, [at.lane]: at.cursor }
    }
  }
  return account
}

/** Serves webhooks on the loopback as the core does: the URL comes from the configuration, never from Host. */
export async function serveWebhooks(): Promise<{ url: string, session: Session | null, close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const origin = new URL(served.url).origin
      const call: WebhookRequest = { method: request.method!, url: origin + request.url!, headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])), body: Buffer.concat(chunks) }
      const answering: Promise<WebhookAnswer> = served.session?.webhook?.(call) ?? Promise.resolve({ status: 503 })
      answering.then(answer => response.writeHead(answer.status, answer.headers).end(answer.body), () => response.destroy())
    })
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const served = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/5f2c9a`,
    session: null as Session | null,
    async close() {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    }
  }
  return served
}
