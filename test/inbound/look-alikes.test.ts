import t from 'tap'
import { domainToASCII } from 'node:url'
import type { Test } from 'tap'
import { Changes } from '../../src/feed/append.ts'
import { looksOf } from '../../src/inbound/look-alikes.ts'
import { merge, unmerge } from '../../src/inbound/merge.ts'
import { addressSkeleton, domainSkeleton, hidesSomething, isOneApart, nameSkeleton, neighbourhood, skeleton } from '../../src/model/look-alike.ts'
import { ensureAddress, findAddress, getContact, insertAddress, updateContact } from '../../src/store/contacts.ts'
import { renewLooks } from '../../src/store/look-alikes.ts'
import type { Reader, Writer } from '../../src/store/tx.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

t.test('what looks alike has one skeleton, and what does not has another', async (t) => {
  const same: [string, string][] = [['Alice', 'alice'], ['Alice', '\u0410l\u0456ce'], ['Alice', 'AIice'], ['Alice', 'Al1ce'], ['Alice', '\uff21lice'], ['Alice', '\u{1d400}lice'], ['Alice', 'Ali\u200bce'], ['Alice', '\u00c1lice'], ['Alice', '\u0391lice'], ['modern', 'rnodem'], ['window', 'vvindovv'], ['Bo Example', 'B\u0585 Example']]
  for (const [one, other] of same) t.equal(skeleton(one), skeleton(other), `${one} ${other}`)
  for (const [one, other] of [['Alice', 'Alicia'], ['Bob', 'Rob'], ['Ann', 'Anna']] as const) t.not(skeleton(one), skeleton(other))
  t.equal(nameSkeleton('Example, Alice'), nameSkeleton('alice  "EXAMPLE"'))
  t.equal(nameSkeleton('!!'), '')
  t.equal(domainSkeleton('friend.exarnple'), domainSkeleton('friend.example'))
  t.equal(domainSkeleton(domainToASCII('fr\u0456end.example')), domainSkeleton('friend.example'), 'the letters of an IDNA name')
  t.equal(addressSkeleton('al1ce@friend.example'), addressSkeleton('alice@friend.example'))
  t.same(['Alice', 'Alice\u202e', 'Ali\u200bce', '\u2764\ufe0f Alice', '\u0627\u0644\u0646\u0633\u200c'].map(hidesSomething), [false, true, true, false, false])
})

t.test('one letter apart', async (t) => {
  for (const [one, other, apart] of [['friend', 'frend', true], ['friend', 'friends', true], ['friend', 'fr1end', true], ['friend', 'freind', true], ['friend', 'fiend', true], ['friend', 'freinds', false], ['friend', 'enemy', false], ['friend', 'frxxnd', false]] as const) {
    t.equal(isOneApart(one, other), apart, `${one} ${other}`)
    if (apart) t.ok(neighbourhood(one).some((form) => neighbourhood(other).includes(form)), `${one} and ${other} are neighbours`)
  }
  t.same(neighbourhood('a.de'), ['a.de'], 'short ones have none')
})

function contactAt(tx: Reader, userId: number, kind: string, address: string | null) {
  const known = address === null ? undefined : findAddress(tx, userId, { kind, address })
  return known && getContact(tx, userId, known.contactId)
}

async function house(t: Test) {
  const { store, clock } = await tempStore(t)
  const userId = await addTestUser(store, 'ada')
  const change = <T>(fn: (tx: Writer, changes: Changes) => T) => store.hot((tx) => fn(tx, new Changes(userId)))
  const befriend = (address: string, name: string, kind = 'email') => change((tx, changes) => {
    const contact = getContact(tx, userId, ensureAddress(tx, changes, userId, { kind, address }).contactId)!
    updateContact(tx, changes, contact, { friend: true, name })
    return contact.id
  })
  const looks = (address: string | null, name?: string, kind = 'email') => store.read((tx) => looksOf(tx, userId, { kind, address, raw: name ?? address ?? '', ...(name === undefined ? {} : { name }) }, undefined, contactAt(tx, userId, kind, address)).warnings.join(' '))
  return { store, userId, clock, change, befriend, looks }
}

t.test('a stranger who looks like a friend is told in words', async (t) => {
  const { befriend, looks } = await house(t)
  await befriend('alice@friend.example', 'Alice Example')
  await befriend('+4915112345678', 'Carol', 'phone')
  const cases: [string, string | null, string | undefined, RegExp, string?][] = [
    ['the name', 'mallory@evil.test', 'Alice Example', /bears the name of your friend Alice Example/],
    ['the name the other way round', 'mallory@evil.test', 'Example, Alice', /looks like that of your friend Alice Example/],
    ['the name in other letters', 'mallory@evil.test', '\u0410l\u0456ce \u0415xample', /looks like that of your friend Alice Example, but is not spelled alike/],
    ['the name with a sign that is not seen', 'mallory@evil.test', 'Ali\u200bce Example', /looks like .* not seen/],
    ['the name turned around', 'mallory@evil.test', '\u202eelpmaxE ecilA', /looks like .* turn the text around/],
    ['the address as a name', 'mallory@evil.test', 'alice@friend.example', /shows your friend's address alice@friend\.example as a name/],
    ['an address that looks like it, as a name', 'mallory@evil.test', 'al1ce@fr\u0456end.example', /shows an address that looks like one of your friend Alice Example/],
    ['the number as a name', 'mallory@evil.test', 'Carol +49 151 123-45678', /shows your friend's address \+4915112345678 as a name/],
    ['a letter for another in the address', 'al1ce@friend.example', undefined, /al1ce@friend\.example looks like one of your friend/],
    ['a domain of other letters', `alice@${domainToASCII('fr\u0456end.example')}`, undefined, /looks like one of your friend/],
    ['two letters like one', 'bob@friend.exarnple', undefined, /friend\.exarnple looks like friend\.example, where your friend Alice Example writes from/],
    ['a letter left out', 'bob@frend.example', undefined, /looks like friend\.example/],
    ['a letter too many', 'bob@friendd.example', undefined, /looks like friend\.example/],
    ['two letters swapped', 'bob@freind.example', undefined, /looks like friend\.example/],
    ['a name by text message', null, 'Carol', /bears the name of your friend Carol/, 'phone']
  ]
  for (const [name, address, shown, words, kind] of cases) t.match(await looks(address, shown, kind), words, name)
  for (const [address, name] of [['bob@friend.example', 'Bob'], ['news@shop.test', 'The Shop'], ['x@example.org', 'Alicia Exampler']] as const) t.equal(await looks(address, name), '', `${name} ${address}`)
})

t.test('what is known of a friend\'s looks follows the friend', async (t) => {
  const { store, userId, change, befriend, looks } = await house(t)
  const id = await befriend('alice@friend.example', 'Alice')
  const bob = await befriend('bob@other.example', 'Bob')
  await change((tx, changes) => updateContact(tx, changes, getContact(tx, userId, id)!, { name: 'Alicia' }))
  t.equal(await looks('x@evil.test', 'Alice'), '', 'another name')
  await change((tx) => insertAddress(tx, userId, id, { kind: 'email', address: 'alice@home.example' }))
  t.match(await looks('al1ce@home.example'), /looks like one of/, 'another address')
  const merged = await change((tx, changes) => merge(tx, changes, userId, [id, bob], 1))
  t.match(await looks('b0b@other.example'), /your friend Alicia/, 'joined')
  await change((tx, changes) => 'mergeId' in merged && unmerge(tx, changes, userId, merged.mergeId, 2))
  t.match(await looks('b0b@other.example'), /your friend Bob/, 'parted')
  await change((tx, changes) => updateContact(tx, changes, getContact(tx, userId, bob)!, { friend: false }))
  t.equal(await looks('b0b@other.example', 'Bob'), '', 'no friend any more')
  await store.hot((tx) => {
    tx.run('DELETE FROM likeness')
    renewLooks(tx)
  })
  t.match(await looks('x@evil.test', 'Alicia'), /bears the name/, 'seen anew')
})
