import type { Contact, Conversation, Id, Message, Party } from './types.ts'

/** What a shown object says of people, which changes with their contacts and has no event of its own. */
export type Shows<T> = {
  /** Who wrote it. Bears a contact only where the address was believed, and that stays so. */
  sender(item: T): Party | undefined
  /** Whom else it names: theirs is whoever owns the address. */
  others(item: T): readonly Party[]
  map(item: T, of: (party: Party) => Party): T
}

export const inMessage = <T extends Message>(): Shows<T> => ({
  sender: ({ sender }) => sender,
  others: ({ recipients, attempts = [], reactions = [], cards = [] }) => [
    ...recipients, ...attempts.map(({ recipient }) => recipient), ...reactions.map(({ sender }) => sender), ...cards.flatMap(({ invitation }) => invitation?.organizer ?? [])
  ],
  map: (message, of) => ({
    ...message, sender: of(message.sender), recipients: message.recipients.map(of), reactions: message.reactions.map(reaction => ({ ...reaction, sender: of(reaction.sender) })),
    ...(message.attempts ? { attempts: message.attempts.map(attempt => ({ ...attempt, recipient: of(attempt.recipient) })) } : {}),
    ...(message.cards ? { cards: message.cards.map(card => card.invitation?.organizer ? { ...card, invitation: { ...card.invitation, organizer: of(card.invitation.organizer) } } : card) } : {})
  })
})

export const inConversation: Shows<Conversation> = {
  sender: ({ lastMessage }) => lastMessage?.sender,
  others: () => [],
  map: (conversation, of) => conversation.lastMessage ? { ...conversation, lastMessage: { ...conversation.lastMessage, sender: of(conversation.lastMessage.sender) } } : conversation
}

/** The event of a contact: as it is now, or null where it is gone. */
export type Told = { id: Id, contact: Contact | null }

/** Whether an object has to be fetched again: somebody it shows belongs to somebody else now, or bears a name again that only the message knows. */
export function outdated<T>(shows: Shows<T>, item: T, { id, contact }: Told): boolean {
  const sender = shows.sender(item)
  const all = [...shows.others(item), ...(sender ? [sender] : [])]
  if (!contact) return all.some(({ contactId }) => contactId === id)
  const owns = (party: Party) => contact.addresses.some(({ kind, address }) => kind === party.kind && address === party.address)
  const moved = (party: Party) => party.contactId !== id && (party !== sender || party.contactId !== undefined) && owns(party)
  return all.some(party => moved(party) || (nameless(contact) && party.contactId === id && party.name !== undefined))
}

/** The object with the name of a contact wherever it shows them; the same one where nothing changes. */
export function renamed<T>(shows: Shows<T>, item: T, { id, contact }: Told): T {
  if (!contact || contact.redirectTo !== undefined || nameless(contact)) return item
  const { name } = contact
  const other = (party: Party) => party.contactId === id && party.name !== name
  const sender = shows.sender(item)
  if (![...shows.others(item), ...(sender ? [sender] : [])].some(other)) return item
  return shows.map(item, party => other(party) ? { ...party, name } : party)
}

/** Who has no name is called by an address; messages leave that out. */
const nameless = ({ name, addresses }: Contact) => addresses.some(({ address }) => address === name)
