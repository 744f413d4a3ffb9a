/** A desk to send from: a user with accounts, people with addresses, and a network whose answers a test writes down. */
import type { Test } from 'tap'
import { Changes } from '../../src/feed/append.ts'
import { acceptor } from '../../src/outbound/accept.ts'
import { cancel } from '../../src/outbound/cancel.ts'
import { deliverer } from '../../src/outbound/deliver.ts'
import type { Deliverer } from '../../src/outbound/deliver.ts'
import { resolve } from '../../src/outbound/resolve.ts'
import type { Outcome } from '../../src/outbound/resolve.ts'
import { retry } from '../../src/outbound/retry.ts'
import type { SendRequest } from '../../src/outbound/request.ts'
import { canonicalEmail, ConnectorError, remoteId } from '../../src/connector.ts'
import type { Connector, Context, Incoming, Prepared, Receipt, SendOperation, Session } from '../../src/connector.ts'
import { receiver } from '../../src/inbound/receive.ts'
import { createAccount, setAccountStatus } from '../../src/store/accounts.ts'
import type { AccountStatus } from '../../src/store/accounts.ts'
import { attemptsOf, dispatchesOf } from '../../src/store/dispatches.ts'
import { getMessage } from '../../src/store/messages.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

const abilities = { subject: false, html: false, attachments: true, receipts: true, presence: false, typing: false, groups: false, maxChars: null, maxAttachmentBytes: 1000, cost: 0, delay: 0 }

/** A connector as tests need it: addresses and abilities. Sessions come from `network`. */
export function testConnector(channel: string, kind: string, more: Partial<Connector['can']> = {}): Connector {
  return {
    channel, title: channel, reaches: [kind], can: { ...abilities, ...more }, settings: {} as Connector['settings'],
    canonical: (of, address) => of !== kind ? null : kind === 'phone' ? (/^\+[1-9][0-9]{6,14}$/.test(address.replaceAll(' ', '')) ? address.replaceAll(' ', '') : null) : canonicalEmail(address),
    own: (settings) => [{ kind, address: (settings as { own: string }).own, name: 'Ada' }],
    parse: async (): Promise<Incoming[]> => [],
    open: async () => { throw new Error('not opened here') }
  }
}

export const connectors: Record<string, Connector> = {
  mail: testConnector('email', 'email', { subject: true, groups: true }),
  text: testConnector('sms', 'phone', { attachments: false, maxChars: 1600 })
}

export type Network = {
  /** What perform and find do, next first; when empty it takes everything, and knows nothing of finding. */
  script: ((op: SendOperation) => Receipt | Promise<Receipt>)[]
  /** What it took: the attempt ids, in order. */
  took: SendOperation[]
  prepared: SendOperation[]
  session: Session
  find: ((prepared: Prepared) => Promise<Receipt | null>) | null
}

/** A session that does what its script says. `take` in the script is what happens when the network really has it. */
export function network(account: number): Network {
  const made: Network = {
    script: [], took: [], prepared: [], find: null,
    session: {
      async prepare(op) {
        if (op.type !== 'send') throw new Error('only sends')
        made.prepared.push(op)
        return { type: 'send', attempt: op.attempt, messageId: op.attempt + '@example.org', data: op }
      },
      async perform(prepared) {
        const op = prepared.data as SendOperation
        const answer = made.script.shift()
        if (answer) return await answer(op)
        return take(made, account, op)
      },
      get find() {
        return made.find ?? undefined
      },
      close: async () => undefined,
      closed: new Promise(() => undefined)
    } as Session
  }
  return made
}

export function take(network: Network, account: number, op: SendOperation): Receipt {
  network.took.push(op)
  return { status: 'sent', remoteId: remoteId(`r${account}-${network.took.length}`) }
}

export const later = () => { throw new ConnectorError('busy', 'The server is busy. It is tried again.', { retry: 'later' }) }
export const never = () => { throw new ConnectorError('refused', 'There is no such mailbox. Check the address.', { retry: 'never' }) }
export const login = () => { throw new ConnectorError('login', 'The password is wrong. Enter it again.', { retry: 'after-login' }) }
export const unsure = () => { throw new ConnectorError('cut', 'The connection broke while sending.', { retry: 'later', certain: false }) }

export async function desk(t: Test) {
  const { store, seal, blobs, wakeup, clock, log, folder } = await tempStore(t)
  const ada = await addTestUser(store, 'ada')
  const recording = { store, clock, notify: (userId: number) => wakeup.notify(userId) }
  const account = async (kind: string, own: string) => {
    const id = await createAccount(recording, seal, { userId: ada, kind, name: kind, settings: { own }, own: connectors[kind]!.own({ own }) })
    await status(id, 'live')
    return id
  }
  const status = (id: number, status: AccountStatus) => store.hot((tx) => {
    const changes = new Changes(ada)
    setAccountStatus(tx, changes, id, status, null)
    if (!changes.empty) changes.append(tx, clock.now())
  })
  const mail = await account('mail', 'ada@example.org')
  const text = await account('text', '+15005550100')
  const nets = new Map([[mail, network(mail)], [text, network(text)]])
  const offline = new Set<number>()
  const complaints: string[] = []
  const receive = receiver({ store, blobs, wakeup, clock, log, parse: async () => [], prove: async () => null })

  const start = (more: { performMs?: number, stopMs?: number, random?: () => number } = {}): Deliverer => deliverer({
    store, wakeup, clock, log, random: more.random ?? (() => 1), path: blobs.path,
    session: (id) => offline.has(id) ? null : nets.get(id)?.session ?? null,
    loginNeeded: (_id, error) => void complaints.push(error.text),
    performMs: more.performMs ?? 60_000,
    stopMs: more.stopMs ?? 5_000
  })
  const made = {
    store, seal, blobs, wakeup, clock, log, folder, ada, mail, text, nets, offline, complaints, status, recording,
    deliver: start(),
    start,
    accept: acceptor({ store, seal, wakeup, clock, connector: async (kind) => connectors[kind]!, wake: (id) => made.deliver.wake(id) }),
    send: (request: Partial<SendRequest>) => made.accept(ada, { clientId: `c${++sent}`, text: 'Hello', ...request }),
    cancel: (id: number) => cancel({ store, wakeup, clock }, ada, id),
    retry: (id: number) => retry({ store, wakeup, clock, wake: (id) => made.deliver.wake(id) }, ada, id),
    resolve: (attempt: number, outcome: Outcome) => resolve({ store, wakeup, clock, wake: (id) => made.deliver.wake(id) }, ada, attempt, outcome),
    /** A message that has arrived; a receipt, a STOP. */
    arrive: (accountId: number, incoming: Incoming, remote?: string) => {
      const kind = accountId === mail ? 'mail' : 'text'
      const context: Omit<Context, 'folder' | 'at'> = { own: connectors[kind]!.own({ own: kind === 'mail' ? 'ada@example.org' : '+15005550100' }), region: null, authserv: null }
      return receive({ id: accountId, userId: ada, kind, channel: connectors[kind]!.channel, since: 0, context }, [{ at: clock.now(), incoming, ...(remote ? { remoteId: remoteId(remote) } : {}) }], { lane: 'live' })
    },
    message: (id: number) => store.read((tx) => getMessage(tx, ada, id)!),
    dispatches: (id: number) => store.read((tx) => dispatchesOf(tx, id).map((dispatch) => ({ ...dispatch, attempts: attemptsOf(tx, dispatch.id) }))),
    /** Polls until a message has this status. */
    async until(id: number, wanted: string) {
      for (let i = 0; i < 100_000; i++) {
        if ((await made.message(id)).status === wanted) return
        await new Promise((tick) => setImmediate(tick))
      }
      throw new Error(`message ${id} is ${(await made.message(id)).status}, not ${wanted}`)
    }
  }
  let sent = 0
  t.teardown(() => made.deliver.stop())
  return made
}
