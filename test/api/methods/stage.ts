import { randomUUIDv7 } from 'node:crypto'
import type { Test } from 'tap'
import { failureOf } from '../../fixtures/client.ts'
import type { Client, Failure } from '../../fixtures/client.ts'
import { openHouse } from '../../fixtures/house.ts'
import type { House } from '../../fixtures/house.ts'
import { mirror } from '../../fixtures/mirror.ts'
import { playNetwork, secret } from '../../fixtures/network.ts'
import type { Letter, Network, Wire } from '../../fixtures/network.ts'
import { recording } from './coverage.ts'
import type { Account, Contact, Conversation, Message } from '../../../src/api/objects.ts'

export type Page<T> = { items: T[], nextCursor: string | null, asOf: number }
export type { Account, Contact, Conversation, Message }

/** A server with ada on it, who has a mailbox and a number on the network that the test plays. */
export type Stage = {
  house: House
  network: Network
  client: Client
  mail: Wire
  sms: Wire
  accounts: { mail: string, sms: string }
  call<T = Record<string, unknown>>(method: string, params?: object): Promise<T>
  refused(method: string, params?: object): Promise<Failure>
  /** A mail from somebody arrives; resolves with what Kinbox made of it. */
  writes(from: string, text: string, more?: Letter): Promise<Message>
  /** The same by text message. */
  texts(from: string, text: string): Promise<Message>
  conversation(message: Message): Promise<Conversation>
  list(folder: 'inbox' | 'other', more?: object): Promise<Page<Conversation>>
  /** A client that has only listened so far holds what a fresh one is given. */
  settled(when: string): Promise<void>
}

export const own = 'ada@example.org'
export const number = '+15005550006'

/** Who an address says it is from; `Alice <alice@friend.example>` or the address alone. */
export function from(text: string, kind = 'email'): NonNullable<Letter['sender']> {
  const [, name, address = text] = /^(.*) <(.*)>$/.exec(text) ?? []
  return { kind, address, raw: text, ...(name ? { name } : {}) }
}

export const clientId = (): string => randomUUIDv7()

/** `clock`: another one than the machine's, by which what arrives is dated, too. */
export async function openStage(t: Test, clock?: { now(): number }): Promise<Stage> {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors, ...(clock ? { clock } : {}) } })
  const client = recording(await house.client())
  const held = await mirror(await house.client())
  const accounts = { mail: await house.connectAccount(client, 'letters', { own, secret }), sms: await house.connectAccount(client, 'texts', { own: number, secret }) }
  const mail = network.wire(own)
  const sms = network.wire(number)
  const made = async (arrive: () => Promise<void>): Promise<Message> => {
    const before = client.events.length
    await arrive()
    const created = () => client.events.slice(before).find(({ type }) => type === 'message.created')
    await client.until(() => created() !== undefined)
    return created()!.data as unknown as Message
  }
  const dated = () => clock ? { at: clock.now() } : {}
  const stage: Stage = {
    house, network, client, mail, sms, accounts,
    call: client.call,
    refused: (method, params) => failureOf(client.call(method, params).then((answer) => { throw Object.assign(new Error(JSON.stringify(answer)), { kind: 'none: it was answered' }) })),
    writes: (who, text, more = {}) => made(() => mail.letters([{ sender: from(who), recipients: [{ kind: 'email', address: own, role: 'to' }], text, ...more }], dated())),
    texts: (who, text) => made(() => sms.letters([{ sender: from(who, 'phone'), recipients: [{ kind: 'phone', address: number, role: 'to' }], text }], dated())),
    conversation: ({ conversationId: id }) => client.call<Conversation>('conversation.get', { id }),
    list: (folder, more = {}) => client.call<Page<Conversation>>('conversation.list', { folder, ...more }),
    settled: async (when) => {
      const fresh = await house.client()
      await held.check(t, fresh, when)
      await fresh.close()
    }
  }
  return stage
}
