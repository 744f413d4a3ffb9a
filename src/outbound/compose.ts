import type { Connector } from '../connector.ts'
import type { ChoiceBecause } from '../model/decision.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import type { Alternative, Way } from './choose.ts'
import { connectorsOf, plan } from './plan.ts'
import type { Circumstances } from './plan.ts'
import { Refused } from './refused.ts'
import { checkRequest } from './request.ts'
import type { SendRequest } from './request.ts'

/** A way with what it costs: `parts` are the paid pieces of all its operations together. */
type Priced = { parts: number, cost: number }
export type Resolved = { via: Way, because: ChoiceBecause, alternatives: (Alternative & Priced)[] } & Priced

export type ComposeDeps = { store: Store, seal: Seal, clock: { now(): number }, connector(kind: string): Promise<Connector>, presence?: Circumstances['presence'] }

/**
 * Says how a message would go out now, by the very choice that sending makes; writes nothing. An empty text stands for one
 * still to be written. Throws Refused.
 */
export async function resolveCompose({ store, seal, clock, connector, presence }: ComposeDeps, userId: number, request: Omit<SendRequest, 'clientId' | 'text'> & { text?: string }): Promise<Resolved> {
  const asked = { ...request, clientId: 'none', text: request.text || '…' }
  checkRequest(asked)
  const connectors = await connectorsOf(store, userId, connector)
  const { choice, accounts } = await store.read((tx) => plan(tx, seal, userId, connectors, asked, { now: clock.now(), ...(presence ? { presence } : {}) }))
  if (!choice.ok) throw new Refused(choice.kind, choice.words, { alternatives: choice.alternatives })
  const { because, alternatives, accountId, channel, from, to } = choice
  const priced = ({ accountId, to }: Way): Priced => {
    const { can, parts: pieces = 1 } = accounts.find(({ id }) => id === accountId)!
    const parts = pieces * (can.groups ? 1 : to.length)
    return { parts, cost: can.cost * parts }
  }
  return { via: { accountId, channel, from, to }, because, alternatives: alternatives.map((one) => ({ ...one, ...priced(one) })), ...priced(choice) }
}
