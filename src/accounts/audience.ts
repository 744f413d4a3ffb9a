import type { Connector, Session } from '../connector.ts'
import type { Resolved } from '../outbound/compose.ts'
import { isBlocked } from '../inbound/folded.ts'
import { Refused } from '../outbound/refused.ts'
import { getAccount, listAccounts } from '../store/accounts.ts'
import { liveConversation } from '../store/conversations.ts'
import { identitiesOf } from '../store/identities.ts'
import type { Store } from '../store/store.ts'
import type { Teller } from './own-presence.ts'
import type { Audience } from './typing.ts'

export type AudienceDeps = {
  store: Store
  connector(kind: string): Promise<Connector>
  session(accountId: number): Session | null
  /** How an answer would go now. */
  compose(userId: number, request: { conversationId: number }): Promise<Resolved>
  invisible(userId: number): boolean
}

/** The accounts of a user that can tell presence just now. */
export function tellersOf({ store, connector, session }: Omit<AudienceDeps, 'compose' | 'invisible'>): (userId: number) => Promise<Teller[]> {
  return async (userId) => {
    const accounts = await store.read((tx) => listAccounts(tx, userId).map(({ id, kind }) => ({ id, kind, own: identitiesOf(tx, id)[0] })))
    const tellers: Teller[] = []
    for (const { id, kind, own } of accounts) {
      const open = session(id)
      if (open?.signal && own && (await connector(kind)).can.presence) tellers.push({ session: open, own: { kind: own.kind, address: own.address } })
    }
    return tellers
  }
}

/**
 * Who would see the user typing in a conversation: those an answer would reach now, by a network that can show it. Nobody in
 * Other, and nobody while the user is invisible. Throws Refused not_found.
 */
export function audienceOf({ store, connector, session, compose, invisible }: AudienceDeps): (userId: number, conversationId: number) => Promise<Audience | null> {
  return async (userId, conversationId) => {
    const conversation = await store.read((tx) => liveConversation(tx, userId, conversationId))
    if (!conversation) throw new Refused('not_found', 'There is no such conversation')
    if (conversation.folder !== 'inbox' || conversation.blockedAt !== null || invisible(userId)) return null
    try {
      const { via } = await compose(userId, { conversationId })
      const account = await store.read((tx) => getAccount(tx, userId, via.accountId))
      const open = session(via.accountId)
      if (!account || !open?.signal || !(await connector(account.kind)).can.typing) return null
      const to = await store.read((tx) => via.to.filter((address) => !isBlocked(tx, userId, address)))
      return to.length > 0 ? { session: open, to } : null
    } catch (error) {
      // No answer could go out now, so nobody waits for one.
      if (error instanceof Refused) return null
      throw error
    }
  }
}
