import type { Connector } from '../connector.ts'
import type { ChoiceBecause } from '../model/decision.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import type { Alternative, Way } from './choose.ts'
import { connectorsOf, plan } from './plan.ts'
import { Refused } from './refused.ts'
import { checkRequest } from './request.ts'
import type { SendRequest } from './request.ts'

/** How a message would go out. `parts`: how many operations it takes (one for each person where the channel knows no groups). */
export type Resolved = { via: Way, because: ChoiceBecause, alternatives: Alternative[], parts: number, cost: number }

/**
 * Says how a message would go out now, by the very choice that sending makes; writes nothing. An empty text stands for one
 * still to be written. Throws Refused.
 */
export async function resolveCompose({ store, seal, connector }: { store: Store, seal: Seal, connector(kind: string): Promise<Connector> }, userId: number, request: Omit<SendRequest, 'clientId' | 'text'> & { text?: string }): Promise<Resolved> {
  const asked = { ...request, clientId: 'none', text: request.text || '…' }
  checkRequest(asked)
  const connectors = await connectorsOf(store, userId, connector)
  const { choice, accounts } = await store.read((tx) => plan(tx, seal, userId, connectors, asked))
  if (!choice.ok) throw new Refused(choice.kind, choice.words, { alternatives: choice.alternatives })
  const { because, alternatives, accountId, channel, from, to } = choice
  const { can } = accounts.find(({ id }) => id === accountId)!
  const parts = can.groups ? 1 : to.length
  return { via: { accountId, channel, from, to }, because, alternatives, parts, cost: can.cost * parts }
}
