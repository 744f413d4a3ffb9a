import Type from 'typebox'
import type { Static } from 'typebox'
import { Account, Conversation, Counts } from './objects.ts'

const Window = Type.Object({ items: Type.Array(Conversation), nextCursor: Type.Union([Type.String(), Type.Null()]) })

/** What sync.snapshot holds beside its position in the log. `nextCursor` goes on with conversation.list. */
export const Snapshot = Type.Object({ counts: Counts, accounts: Type.Array(Account), windows: Type.Object({ inbox: Window, other: Window }) })
export type Snapshot = Static<typeof Snapshot>
