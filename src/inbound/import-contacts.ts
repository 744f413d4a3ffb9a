import { Changes } from '../feed/append.ts'
import type { Wakeup } from '../feed/wakeup.ts'
import type { IncomingContact } from '../model/incoming.ts'
import type { Clock } from '../model/ports.ts'
import type { Store } from '../store/store.ts'
import { takeContact } from './book.ts'
import { endShares } from './standing.ts'

/** What became of a file of cards: how many people were taken in, and which cards were not, and why. */
export type ContactsImported = { people: number, left: { name: string, why: string }[] }

const chunk = 100
const mostLeft = 500

/** Takes in people from a file that the user asked to import. Doing it again changes nothing. With `groups`, only who is in one of them; who is in one of `friendGroups` is a friend. */
export async function importContacts({ store, clock, wakeup }: { store: Store, clock: Clock, wakeup: Pick<Wakeup, 'notify'> }, userId: number, all: IncomingContact[], { friends, groups = [], friendGroups = [] }: { friends: boolean, groups?: string[], friendGroups?: string[] }): Promise<ContactsImported> {
  const inOneOf = (some: string[]) => {
    const wanted = new Set(some.map((group) => group.toLowerCase()))
    return (card: IncomingContact) => card.groups?.some((group) => wanted.has(group.toLowerCase())) === true
  }
  const cards = groups.length === 0 ? all : all.filter(inOneOf(groups))
  const isFriend = inOneOf(friendGroups)
  const left: ContactsImported['left'] = []
  let people = 0
  for (let i = 0; i < cards.length; i += chunk) {
    const others = await store.hot((tx) => {
      const changes = new Changes(userId)
      for (const { card: _card, ...one } of cards.slice(i, i + chunk)) {
        if (one.unreadable !== undefined) left.push({ name: one.name, why: one.unreadable })
        else if (takeContact({ tx, changes, account: { id: 0, userId } }, { ...one, friend: friends || isFriend(one) }) !== null) people++
      }
      if (!changes.empty) changes.append(tx, clock.now())
      return endShares(tx, userId, clock.now())
    }, 'bulk')
    for (const one of [userId, ...others]) wakeup.notify(one)
  }
  return { people, left: left.slice(0, mostLeft) }
}
