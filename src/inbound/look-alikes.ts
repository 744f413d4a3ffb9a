import { domainOf } from '../model/address.ts'
import type { Contact } from '../model/contact.ts'
import type { Sender } from '../model/incoming.ts'
import { hidesSomething, turnedAround } from '../model/look-alike.ts'
import { findAddress, getContact } from '../store/contacts.ts'
import { domainLike, friendAddressedLike, friendNamedLike, hasLooks } from '../store/look-alikes.ts'
import type { Friend } from '../store/look-alikes.ts'
import type { Reader } from '../store/tx.ts'

/** What looks odd about a sender, in words, and the friend whose name it bears. It gives and takes no rights. */
export type Looks = { namesake: Friend | null, warnings: string[] }

/**
 * Compares a sender with the friends, each by an index. `believed`: whom the sender is proven to be; a friend who is that looks like
 * himself, and so does `known`, whom the address belongs to, believed or not. Nobody is found here but friends.
 */
export function looksOf(tx: Reader, userId: number, sender: Sender, believed: Contact | undefined, known: Contact | undefined): Looks {
  const name = sender.name ?? (sender.address === null ? sender.raw.slice(0, 200) : '')
  const warnings: string[] = []
  // With no friend to look like, nothing has to be compared.
  const ownFriend = believed?.friend === true || !hasLooks(tx, userId)
  const namesake = ownFriend || name === '' ? undefined : namedLike(tx, userId, name)
  const another = namesake && namesake.id !== believed?.id ? namesake : undefined
  if (another) {
    warnings.push(spelled(name) === spelled(another.name)
      ? `It bears the name of your friend ${another.name}, but comes from an address that is not theirs.`
      : `Its name looks like that of your friend ${another.name}, but is not spelled alike, and it comes from an address that is not theirs.`)
  }
  const quoted = shownAddresses(sender).flatMap((shown) => shownFriend(tx, userId, sender, shown) ?? [])[0]
  if (quoted && quoted.friend.id !== believed?.id) warnings.push(quoted.same ? `It shows your friend's address ${quoted.shown} as a name, but comes from somewhere else.` : `It shows an address that looks like one of your friend ${quoted.friend.name}, but comes from somewhere else.`)
  if (!ownFriend && !known?.friend && sender.address?.includes('@')) warnings.push(...addressLooks(tx, userId, sender.address))
  if (hidesSomething(name)) warnings.push('Its name has signs in it that are not seen or turn the text around.')
  if (sender.address === null && sender.raw !== '') warnings.push('Its sender is written in a way that can be read as more than one person, or as none.')
  return { namesake: another ?? null, warnings }
}

/** Also as a name looks to whoever reads it: signs can turn it around. */
function namedLike(tx: Reader, userId: number, name: string): Friend | undefined {
  const turned = turnedAround(name)
  return friendNamedLike(tx, userId, name) ?? (turned === null ? undefined : friendNamedLike(tx, userId, turned))
}

function addressLooks(tx: Reader, userId: number, address: string): string[] {
  const friend = friendAddressedLike(tx, userId, address)
  if (friend) return [`Its address ${address} looks like one of your friend ${friend.name}, but is another one.`]
  const near = domainLike(tx, userId, domainOf(address))
  return near ? [`${domainOf(address)} looks like ${near.domain}, where your friend ${near.friend.name} writes from, but is another domain.`] : []
}

function shownFriend(tx: Reader, userId: number, { kind }: Sender, shown: string): { shown: string, friend: Friend, same: boolean } | undefined {
  const known = findAddress(tx, userId, { kind: shown.startsWith('+') ? 'phone' : kind === 'phone' ? 'email' : kind, address: shown })
  const contact = known && getContact(tx, userId, known.contactId)
  if (contact?.friend) return { shown, friend: { id: contact.id, name: contact.name || shown }, same: true }
  const friend = shown.includes('@') ? friendAddressedLike(tx, userId, shown) : undefined
  return friend && { shown, friend, same: false }
}

/** Addresses and numbers that a sender's header shows besides the one it is from. */
function shownAddresses(sender: Sender): string[] {
  const text = `${sender.name ?? ''} ${sender.raw}`.slice(0, 2000)
  const seen = [text, turnedAround(text) ?? ''].join(' ').normalize('NFKC').replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
  const mail = seen.match(/[^\s<>()"',;:@[\]]+@[^\s<>()"',;:@[\]]+/g) ?? []
  const numbers = (seen.match(/(?:\+|\b00)[1-9](?:[ ()./-]*[0-9]){6,14}/g) ?? []).map((number) => '+' + number.replace(/^00/, '').replace(/[^0-9]/g, ''))
  return [...new Set([...mail.map((one) => one.toLowerCase()), ...numbers])].filter((one) => one !== sender.address).slice(0, 5)
}

const spelled = (name: string): string => name.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim()
