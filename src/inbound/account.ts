import type { Context } from '../model/arrival.ts'
import type { Incoming } from '../model/incoming.ts'
import type { Proof } from '../model/proof.ts'
import type { Understood } from './understood.ts'

/** What receiving needs to know of an account. `since`: when it was connected (ms); what the network dates earlier is history. */
export type AccountRef = { id: number, userId: number, kind: string, channel: string, since: number, context: Omit<Context, 'folder' | 'at'> }

/** How raw bytes are understood. All is handed in, since only connectors know wire formats. */
export type Understanding = {
  /** Throws an error named Unreadable when the content cannot be read; its message is shown to the user. */
  parse(kind: string, raw: Uint8Array, context: Context): Promise<Incoming[]>
  /** null: the connector has no proof of its own. */
  prove(kind: string, raw: Uint8Array, context: Context): Promise<Proof | null>
  /** The same for many at once, for history: in their order, with null for each that has to be looked at alone. */
  many?(kind: string, batch: { raw: Uint8Array, context: Context }[]): Promise<(Understood | null)[]>
}
