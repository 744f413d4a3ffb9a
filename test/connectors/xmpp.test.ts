import t from 'tap'
import type { Test } from 'tap'
import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { xml } from '@xmpp/client'
import type { Element } from '@xmpp/client'
import { ConnectorError } from '#connector'
import type { Address, Incoming, IncomingMessage, Operation, OutgoingAttachment, Session } from '#connector'
import { connector } from '../../connectors/xmpp/index.ts'
import { servicesOf } from '../../connectors/xmpp/discover.ts'
import { fetchFiles } from '../../connectors/xmpp/media.ts'
import { prove } from '../../connectors/xmpp/prove.ts'
import type { Settings } from '../../connectors/xmpp/settings.ts'
import { readXml } from '../../connectors/xmpp/xml.ts'
import { prosodyMissing, startProsody } from '../servers/prosody.ts'
import type { Prosody } from '../servers/prosody.ts'
import { testAccount, testClock, until } from './account.ts'
import type { TestAccount } from './account.ts'
import { driver } from './xmpp/driver.ts'
import { person } from './xmpp/person.ts'
import type { Person } from './xmpp/person.ts'

const ada = 'ada@example.org'
const alice = 'alice@friend.example'
const mallory = 'mallory@evil.test'
const lake = 'lake@rooms.example.org'
const pond = 'pond@rooms.example.org'

type Open = { account: TestAccount<Settings>, session: Session }

const clock = testClock(Date.now())
const caughtUp = ({ account }: Open, lane: 'live' | 'history'): boolean => account.batches.some(({ at }) => at.lane === lane && at.caughtUp === true)
const messages = ({ account }: Open): IncomingMessage[] => account.understood.flatMap(({ incoming }) => incoming.type === 'message' ? [incoming] : [])
const texts = (open: Open): string[] => messages(open).map(({ text }) => text)
const of = <Type extends Incoming['type']>({ account }: Open, type: Type): Extract<Incoming, { type: Type }>[] => account.understood.flatMap(({ incoming }) => incoming.type === type ? [incoming as Extract<Incoming, { type: Type }>] : [])
const send = (to: Address, text: string, attachments: OutgoingAttachment[] = [], attempt = `${randomUUID()}.c0ffee`): Operation & { type: 'send' } => ({ type: 'send', attempt, from: { kind: 'xmpp', address: ada }, recipients: [{ ...to, role: 'to' }], text, references: [], attachments, at: clock.now() })
const toAlice = { kind: 'xmpp', address: alice }

function account(prosody: Prosody, more: Partial<Settings> = {}, cursors?: TestAccount<Settings>['cursors']): TestAccount<Settings> {
  return testAccount(connector, { jid: ada, password: prosody.password, service: prosody.urls.ws, ...more }, clock, cursors ? { cursors: structuredClone(cursors) } : {})
}

async function open(t: Test, prosody: Prosody, more: Partial<Settings> = {}, cursors?: TestAccount<Settings>['cursors'], mayTell?: (address: string) => boolean): Promise<Open> {
  const one = Object.assign(account(prosody, more, cursors), mayTell && { mayTell: async ({ address }: Address) => mayTell(address) })
  const session = await connector.open(one)
  session.closed.catch(() => {})
  t.teardown(() => session.close())
  const opened = { account: one, session }
  await until('to catch up', () => caughtUp(opened, 'live') && (cursors !== undefined || caughtUp(opened, 'history')), 60_000).catch((error: Error) => { throw new Error(`${error.message}\n${one.logged.join('\n')}`) })
  return opened
}

async function refusal(work: Promise<unknown>): Promise<ConnectorError> {
  const error: unknown = await work.then(() => null, (error: unknown) => error)
  if (!(error instanceof ConnectorError)) throw new Error(`no ConnectorError: ${String(error)}`)
  return error
}

const dropped = ({ account }: Open, why: string): number => account.logged.filter((line) => line.includes('foreign_stanzas') && line.includes(`"why":"${why}"`)).length

t.test('with a real server', { skip: prosodyMissing }, async t => {
  const prosody = await startProsody({ users: [ada, alice, mallory] })
  t.teardown(() => prosody.close())
  const friend = await person(prosody, alice)
  t.teardown(() => friend.leave())
  const phone = await person(prosody, ada)
  t.teardown(() => phone.leave())
  await befriend(phone, friend)

  for (const [name, service, ca] of [['STARTTLS', 'xmpp', true], ['TLS', 'xmpps', true], ['WebSocket', 'ws', false], ['a plain line on this machine', 'xmpp', false]] as const) {
    await t.test(`logs in over ${name}, and messages go both ways`, async t => {
      const one = await open(t, prosody, { service: prosody.urls[service], ...(ca ? { ca: prosody.certificate } : {}) })
      const text = `boat é 🚣 ${name}`
      await friend.say(ada, text)
      const message = await until('the message', () => messages(one).find((message) => message.text === text))
      t.match(message, { direction: 'in', sender: { kind: 'xmpp', address: alice }, recipients: [{ address: ada }] })
      const receipt = await one.session.perform(await one.session.prepare(send(toAlice, `to you ${name} é 🚣`)))
      t.equal(receipt.status, 'sent')
      const got = await friend.hears('the answer', (stanza) => stanza.getChildText('body') === `to you ${name} é 🚣`)
      t.match(got.attrs['from'], /^ada@example.org\/kinbox\./)
    })
  }

  await t.test('what cannot log in says why, and what to do', async t => {
    for (const [more, code, retry] of [
      [{ password: 'wrong' }, 'login', 'after-login'],
      [{ password: 'wrong', service: prosody.urls.xmpps, ca: prosody.certificate }, 'login', 'after-login'],
      [{ jid: 'ada@elsewhere.example' }, 'host-unknown', 'after-login'],
      [{ service: 'xmpp://127.0.0.1:1' }, 'refused', 'later'],
      [{ service: 'ws://127.0.0.1:1/' }, 'refused', 'later'],
      [{ service: prosody.urls.xmpps }, 'certificate', 'after-login'],
      [{ jid: 'not an address' }, 'address', 'after-login']
    ] as [Partial<Settings>, string, string][]) {
      const error = await refusal(connector.open(account(prosody, more)))
      t.match(error, { code, retry, certain: true, message: /^.{20}/ }, JSON.stringify(more).slice(0, 60))
      t.notOk(error.message.includes('wrong'))
    }
    const elsewhere = testAccount(connector, { jid: 'ada@nowhere.example', password: 'x' }, clock)
    t.match(await refusal(connector.open({ ...elsewhere, dns: async () => [{ name: 'nowhere.invalid', port: 5222, priority: 0, weight: 0 }] })), { code: 'host-not-found', retry: 'later' })
  })

  await t.test('own messages from another device are outgoing; receipts, marks and typing go both ways', async t => {
    const one = await open(t, prosody, { sendMarkers: true })
    await phone.say(alice, 'from my phone')
    const mine = await until('the copy', () => messages(one).find(({ text }) => text === 'from my phone'))
    t.match(mine, { direction: 'out', sender: { address: ada }, recipients: [{ kind: 'xmpp', address: alice }] })

    const op = send(toAlice, 'did you get this?')
    await one.session.perform(await one.session.prepare(op))
    await friend.send(xml('message', { to: ada, type: 'chat', id: randomUUID() }, xml('received', { xmlns: 'urn:xmpp:receipts', id: op.attempt })))
    await friend.send(xml('message', { to: ada, type: 'chat', id: randomUUID() }, xml('displayed', { xmlns: 'urn:xmpp:chat-markers:0', id: op.attempt })))
    await until('both receipts', () => of(one, 'receipt').filter(({ attempt }) => attempt === op.attempt).length >= 2)
    t.same(of(one, 'receipt').filter(({ attempt }) => attempt === op.attempt).map(({ status, recipient }) => [status, recipient?.address]), [['delivered', alice], ['read', alice]])

    const id = await friend.say(ada, 'read me', xml('request', { xmlns: 'urn:xmpp:receipts' }), xml('markable', { xmlns: 'urn:xmpp:chat-markers:0' }))
    await friend.hears('that it has come', (stanza) => stanza.getChild('received', 'urn:xmpp:receipts')?.attrs['id'] === id)
    const place = one.account.understood.find(({ incoming }) => incoming.type === 'message' && incoming.text === 'read me')!.remoteId as never
    await one.session.perform(await one.session.prepare({ type: 'mark', remoteIds: [place], seen: true }))
    await friend.hears('that it is read', (stanza) => stanza.getChild('displayed', 'urn:xmpp:chat-markers:0')?.attrs['id'] === id)

    const seen = await friend.say(ada, 'read elsewhere', xml('markable', { xmlns: 'urn:xmpp:chat-markers:0' }))
    await phone.send(xml('message', { to: alice, type: 'chat', id: randomUUID() }, xml('displayed', { xmlns: 'urn:xmpp:chat-markers:0', id: seen })))
    await until('that another device has read it', () => of(one, 'seen').find(({ target }) => 'messageId' in target && target.messageId === seen))

    await friend.send(xml('message', { to: ada, type: 'chat' }, xml('composing', { xmlns: 'http://jabber.org/protocol/chatstates' })))
    await until('that she types', () => one.account.ephemerals.some((signal) => signal.type === 'typing' && signal.typing && signal.address.address === alice))
    await friend.send(xml('message', { to: ada, type: 'chat' }, xml('paused', { xmlns: 'http://jabber.org/protocol/chatstates' })))
    await until('that she has stopped', () => one.account.ephemerals.some((signal) => signal.type === 'typing' && !signal.typing))
    one.session.signal?.({ type: 'typing', address: toAlice, typing: true })
    await friend.hears('that we type', (stanza) => stanza.getChild('composing') && stanza.attrs['from']?.includes('kinbox'))
    t.equal(one.account.raws.size, messages(one).length + of(one, 'receipt').length + of(one, 'seen').length, 'typing is not stored')
  })

  await t.test('the roster gives contacts, once; who is there comes as a signal', async t => {
    const one = await open(t, prosody)
    t.same(of(one, 'contact'), [{ type: 'contact', name: 'Alice A.', addresses: [{ kind: 'xmpp', address: alice }] }])
    await until('Alice', () => one.account.ephemerals.some((signal) => signal.type === 'presence' && signal.available && signal.address.address === alice))
    const tablet = await person(prosody, alice, { resource: 'tablet' })
    await tablet.leave()
    await friend.send(xml('presence', { type: 'unavailable' }))
    await until('her leaving', () => one.account.ephemerals.some((signal) => signal.type === 'presence' && !signal.available))
    await friend.send(xml('presence'))
    await until('her coming back', () => { const last = one.account.ephemerals.at(-1); return last?.type === 'presence' && last.available })
    await one.session.close()
    const again = await open(t, prosody, {}, one.account.cursors)
    t.same(of(again, 'contact'), [], 'what has been handed over is not handed over again')
    t.match(of(await open(t, prosody, { friends: false }), 'contact'), [{ addresses: [{ kind: 'xmpp', address: alice }], friend: false }], 'a friend only where the user wants it')
  })

  await t.test('who is blocked sees nobody there, no receipt and no typing; afterwards all as before', async t => {
    const blocked = new Set<string>()
    const before = new Set(friend.heard)
    const one = await open(t, prosody, {}, undefined, (address) => !blocked.has(address))
    const about = (one: Person) => one.heard.filter((stanza) => stanza.name === 'presence' && stanza.attrs['from'] === own).map((stanza) => stanza.attrs['type'] ?? stanza.getChildText('show') ?? 'there')
    const own = await until('her being there', () => friend.heard.findLast((stanza) => stanza.name === 'presence' && !stanza.attrs['type'] && /^ada@example.org\/kinbox/.test(stanza.attrs['from'] ?? '') && !before.has(stanza))?.attrs['from'])
    const last = async (who: Person, state: string) => until(state, () => about(who).at(-1) === state)

    blocked.add(alice)
    one.session.audience?.()
    await last(friend, 'unavailable')
    const told = about(friend).length
    one.session.signal?.({ type: 'presence', address: { kind: 'xmpp', address: ada }, available: true, away: true })
    one.session.signal?.({ type: 'typing', address: toAlice, typing: true })
    const id = await friend.say(ada, 'hello?', xml('request', { xmlns: 'urn:xmpp:receipts' }))
    await until('the message', () => texts(one).includes('hello?'))
    const laptop = await person(prosody, alice, { resource: 'laptop' })
    t.teardown(() => laptop.leave())
    await last(laptop, 'unavailable')
    t.equal(about(friend).slice(told).every((state) => state === 'unavailable'), true, 'no word on how she is')
    t.equal(friend.heard.some((stanza) => stanza.attrs['from'] === own && (stanza.getChild('composing') || stanza.getChild('received', 'urn:xmpp:receipts')?.attrs['id'] === id)), false)

    blocked.delete(alice)
    one.session.audience?.()
    await last(friend, 'away')
    one.session.signal?.({ type: 'typing', address: toAlice, typing: true })
    await friend.hears('that she writes', (stanza) => stanza.attrs['from'] === own && stanza.getChild('composing'))
  })

  await t.test('after an absence nothing is missing and nothing comes twice, also when the server went down', async t => {
    const one = await open(t, prosody)
    await friend.say(ada, 'before')
    await until('the first', () => texts(one).includes('before'))
    const { cursors } = one.account
    await one.session.close()
    for (let i = 0; i < 60; i++) await friend.send(xml('message', { to: ada, type: 'chat', id: randomUUID() }, xml('body', {}, `while away ${i}`)))
    await friend.say(ada, 'last while away')
    const two = await open(t, prosody, {}, cursors)
    t.same(texts(two), [...Array.from({ length: 60 }, (_, i) => `while away ${i}`), 'last while away'])
    t.same(two.account.doubles, [])
    t.equal(two.account.understood.every(({ lane }) => lane === 'live'), true)

    const lost = two.session.closed.then(() => null, (error: unknown) => error)
    await prosody.restart()
    t.match(await lost, { retry: 'later', message: /Kinbox connects again/ })
    const [newFriend, newPhone] = [await person(prosody, alice), await person(prosody, ada)]
    Object.assign(friend, newFriend)
    Object.assign(phone, newPhone)
    await friend.say(ada, 'after the restart')
    const three = await open(t, prosody, {}, two.account.cursors)
    t.same(texts(three), ['after the restart'])

    const fresh = await open(t, prosody)
    const all = texts(fresh)
    t.equal(all.includes('before') && all.includes('while away 0') && all.includes('after the restart'), true, 'history has everything')
    t.same(fresh.account.doubles, [])
    t.same(fresh.account.batches.filter(({ at }) => at.lane === 'history').at(-1)?.at.caughtUp, true)
    const cut = await open(t, prosody, {}, { ...fresh.account.cursors, history: null })
    await until('its history', () => caughtUp(cut, 'history'))
    t.same(texts(cut).toSorted(), all.toSorted(), 'also when it ended between the begin of the live lane and the first page of the history')
    const limited = await open(t, prosody, { backfill: 3 })
    t.equal(limited.account.understood.filter(({ incoming, lane }) => lane === 'history' && incoming.type === 'message').length <= 3, true)
  })

  await t.test('a room is one place, with who is behind the names, and its archive', async t => {
    await enter(friend, lake, 'Ali')
    await makeOpen(friend, lake)
    await friend.send(xml('message', { to: lake, type: 'groupchat', id: randomUUID() }, xml('body', {}, 'before you came')))
    const rooms = [{ jid: lake, nick: 'ada' }]
    const one = await open(t, prosody, { rooms })
    await until('the history of the room', () => texts(one).includes('before you came'))
    await friend.send(xml('message', { to: lake, type: 'groupchat', id: randomUUID() }, xml('body', {}, 'who brings the boat?')))
    const asked = await until('the question', () => messages(one).find(({ text }) => text === 'who brings the boat?'))
    t.match(asked, { room: { id: lake }, sender: { kind: 'xmpp', address: alice, name: 'Ali' }, direction: 'in' })
    const op = send({ kind: 'xmpp-room', address: lake }, 'I do')
    await one.session.perform(await one.session.prepare(op))
    await friend.hears('the answer', (stanza) => stanza.getChildText('body') === 'I do' && stanza.attrs['from'] === `${lake}/ada`)
    const echo = await until('our own', () => messages(one).find(({ text }) => text === 'I do'))
    t.match(echo, { direction: 'out', messageId: op.attempt, room: { id: lake } })
    t.match(await refusal(one.session.prepare(send({ kind: 'xmpp-room', address: pond }, 'x')).then((prepared) => one.session.perform(prepared))), { code: 'room', retry: 'later', certain: true })

    const reaction = randomUUID()
    const place = [...one.account.raws].map(([id, raw]) => ({ id, envelope: JSON.parse(Buffer.from(raw).toString()) as { archiveId: string, stanza: string } })).find(({ envelope }) => envelope.stanza.includes('I do'))!
    await friend.send(xml('message', { to: lake, type: 'groupchat', id: reaction }, xml('reactions', { xmlns: 'urn:xmpp:reactions:0', id: place.envelope.archiveId }, xml('reaction', {}, '👍'))))
    const reacted = await until('a reaction', () => of(one, 'reaction')[0])
    t.same(reacted.target, { remoteId: place.id }, 'means the place of the message')

    await one.session.close()
    await friend.send(xml('message', { to: lake, type: 'groupchat', id: randomUUID() }, xml('body', {}, 'you were away')))
    await friend.say(ada, 'sync')
    const two = await open(t, prosody, { rooms }, one.account.cursors)
    t.same(texts(two).filter((text) => text !== 'sync'), ['you were away'])
    t.match(messages(two).find(({ text }) => text === 'you were away'), { sender: { address: alice } })
    t.same(two.account.doubles, [])
  })

  await t.test('corrections, reactions and retractions name the message they are about', async t => {
    const one = await open(t, prosody)
    const id = await friend.say(ada, 'Saturday')
    await friend.say(ada, 'Sunday', xml('replace', { xmlns: 'urn:xmpp:message-correct:0', id }))
    await friend.send(xml('message', { to: ada, type: 'chat', id: randomUUID() }, xml('reactions', { xmlns: 'urn:xmpp:reactions:0', id }, xml('reaction', {}, '👍')), xml('store', { xmlns: 'urn:xmpp:hints' })))
    await friend.send(xml('message', { to: ada, type: 'chat', id: randomUUID() }, xml('retract', { xmlns: 'urn:xmpp:message-retract:1', id }), xml('body', {}, 'a message was taken back')))
    const retraction = await until('the retraction', () => of(one, 'retraction')[0])
    t.match(messages(one).find(({ text }) => text === 'Sunday'), { replaces: { messageId: id } })
    t.match(of(one, 'reaction')[0], { target: { messageId: id }, within: { peer: { address: alice } }, emoji: ['👍'] })
    t.same(retraction.target, { messageId: id })
  })

  await t.test('files go through the storage, and come with the message', async t => {
    const one = await open(t, prosody)
    const path = join(tmpdir(), `kinbox-file-${process.pid}`)
    writeFileSync(path, Buffer.alloc(70_000, 'boat'))
    t.teardown(() => rmSync(path))
    const op = send(toAlice, 'look', [{ name: 'boat.png', contentType: 'image/png', size: 70_000, path }])
    await one.session.perform(await one.session.prepare(op))
    const got = await friend.hears('the link', (stanza) => stanza.getChild('x', 'jabber:x:oob'))
    const url = got.getChild('x', 'jabber:x:oob')!.getChildText('url')!
    t.equal((await (await fetch(url)).arrayBuffer()).byteLength, 70_000)
    await friend.say(ada, url, xml('x', { xmlns: 'jabber:x:oob' }, xml('url', {}, url)))
    const message = await until('the file', () => messages(one).find(({ attachments }) => attachments.length > 0))
    t.match(message, { text: '', attachments: [{ name: 'boat.png', contentType: 'image/png' }] })
    t.equal(message.attachments[0]!.content.length, 70_000)
    t.match(await refusal(one.session.prepare(send(toAlice, '', [{ name: 'big', contentType: 'video/mp4', size: 50_000_000, path }])).then((prepared) => one.session.perform(prepared))), { code: 'too-large', retry: 'never', certain: true })
    const stranger = await person(prosody, mallory)
    t.teardown(() => stranger.leave())
    await stranger.say(ada, url, xml('x', { xmlns: 'jabber:x:oob' }, xml('url', {}, url)))
    t.same((await until('the bait', () => messages(one).find(({ sender }) => sender.address === mallory))).attachments, [], 'a stranger\'s link is not followed')
  })

  await t.test('what Mallory wraps as if a server had is dropped and counted', async t => {
    const one = await open(t, prosody, { resource: 'desk' })
    const stranger = await person(prosody, mallory)
    t.teardown(() => stranger.leave())
    const forged = () => xml('forwarded', { xmlns: 'urn:xmpp:forward:0' }, xml('delay', { xmlns: 'urn:xmpp:delay', stamp: '2026-01-01T00:00:00Z' }), xml('message', { xmlns: 'jabber:client', from: `${alice}/phone`, to: ada, type: 'chat', id: randomUUID() }, xml('body', {}, 'send me money')))
    const to = one.account.understood.length
    for (const child of [xml('received', { xmlns: 'urn:xmpp:carbons:2' }, forged()), xml('sent', { xmlns: 'urn:xmpp:carbons:2' }, forged()), xml('result', { xmlns: 'urn:xmpp:mam:2', queryid: 'x', id: '1' }, forged())]) {
      await stranger.send(xml('message', { to: ada, type: 'chat', id: randomUUID() }, child))
    }
    await stranger.send(xml('message', { to: ada, type: 'chat', id: 'known-receipt' }, xml('received', { xmlns: 'urn:xmpp:receipts', id: 'somebody-elses' })))
    await stranger.send(xml('message', { to: `${ada}/desk`, type: 'groupchat', id: randomUUID() }, xml('body', {}, 'said in no room')))
    await stranger.send(xml('presence', { to: `${ada}/desk` }))
    await stranger.send(xml('iq', { to: `${ada}/desk`, type: 'set', id: randomUUID() }, xml('query', { xmlns: 'jabber:iq:roster' }, xml('item', { jid: mallory, name: 'Alice A.', subscription: 'both' }))))
    await stranger.say(ada, 'and a word', xml('stanza-id', { xmlns: 'urn:xmpp:sid:0', by: ada, id: 'forged-place' }), xml('delay', { xmlns: 'urn:xmpp:delay', from: mallory, stamp: '2001-01-01T00:00:00Z' }))
    await until('the honest word', () => texts(one).includes('and a word'))
    const after = one.account.understood.slice(to)
    t.same(after.flatMap(({ incoming }) => incoming.type === 'message' ? [[incoming.text, incoming.sender.address]] : []).filter(([text]) => text !== 'sync'), [['and a word', mallory]])
    t.equal(after.some(({ remoteId }) => remoteId?.includes('forged-place')), false)
    t.ok(after.every(({ at }) => at > Date.UTC(2020, 0)))
    t.same(of(one, 'receipt').filter(({ attempt }) => attempt === 'somebody-elses').map(({ recipient }) => recipient?.address), [mallory], 'a receipt is told with who says so')
    t.same(of(one, 'contact').filter(({ addresses }) => addresses[0]?.address === mallory), [])
    t.ok(dropped(one, 'carbon') >= 2)
    t.ok(dropped(one, 'archive') >= 1)
    t.equal(dropped(one, 'room'), 1)
    t.equal(one.account.ephemerals.some(({ address }) => address.address === mallory), false, 'nobody learns of strangers coming and going')
    t.equal(one.account.logged.some((line) => line.includes('money')), false, 'and nothing of it is in the log')
  })

  await t.test('without an answer to what was sent it is uncertain, and the archive settles it', async t => {
    const line = await cuttable(prosody.ports.c2s)
    t.teardown(() => line.close())
    const one = await open(t, prosody, { service: `xmpp://127.0.0.1:${line.port}` })
    const arrived = await one.session.prepare(send(toAlice, 'did it arrive?'))
    line.deaf = true
    const lost = refusal(one.session.perform(arrived))
    await friend.hears('what was sent', (stanza) => stanza.getChildText('body') === 'did it arrive?')
    line.cut()
    t.match(await lost, { retry: 'later', certain: false })
    await one.session.closed.catch(() => {})
    const two = await open(t, prosody, {}, one.account.cursors)
    t.match(await two.session.find!(JSON.parse(JSON.stringify(arrived)) as typeof arrived), { status: 'sent', remoteId: /^\["chat","alice@friend.example"/ })
    t.match(messages(two).find(({ text }) => text === 'did it arrive?'), { direction: 'out', messageId: arrived.attempt }, 'and its echo bears our id')
    const never = await two.session.prepare(send(toAlice, 'never sent'))
    t.match(await refusal(two.session.find!(never)), { code: 'unknown', certain: false }, 'too early to say')
    clock.advance(20_000)
    t.equal(await two.session.find!(never), null)
    await two.session.close()
    t.match(await refusal(two.session.perform(never)), { retry: 'later', certain: true }, 'a closed line sends nothing')
  })

  await t.test('a message that comes back fails with words', async t => {
    const one = await open(t, prosody)
    const error = await refusal(one.session.prepare(send({ kind: 'xmpp', address: 'nobody@friend.example' }, 'x')).then((prepared) => one.session.perform(prepared)))
    t.match(error, { retry: 'never', certain: true, message: /nobody of this address/ })
    for (const [op, code] of [[{ ...send(toAlice, 'x'), recipients: [] }, 'recipients'], [send({ kind: 'email', address: alice }, 'x'), 'recipients'], [send(toAlice, ' \u0000'), 'empty'], [send(toAlice, 'x'.repeat(20_001)), 'too-long']] as [Operation, string][]) {
      t.match(await refusal(one.session.prepare(op)), { code, retry: 'never' })
    }
    await one.session.perform(await one.session.prepare(send(toAlice, 'a\u0000b\ud800 <x/> &amp;')))
    t.ok(await friend.hears('what XML cannot carry left out', (stanza) => stanza.getChildText('body') === 'ab\ufffd <x/> &amp;'))
  })
})

t.test('a server that does not encrypt gets no password', async t => {
  const got: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      got.push(data.toString())
      socket.write("<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' from='example.org' version='1.0'><stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>")
    })
  })
  const port = await listen(server)
  t.teardown(() => server.close())
  const one = testAccount(connector, { jid: ada, password: 'open-sesame', service: `xmpp://127.0.0.1:${port}`, ca: 'x' }, clock)
  t.match(await refusal(connector.open(one)), { code: 'encryption', retry: 'after-login' })
  const plain = testAccount(connector, { jid: ada, password: 'open-sesame', service: `xmpp://127.0.0.1:${port}` }, clock)
  t.match(await refusal(connector.open(plain)), { code: 'login', retry: 'after-login' })
  t.equal(got.some((text) => text.includes('<auth') || text.includes('response')), false)
})

t.test('hostile XML is refused, quickly', async t => {
  const from = process.threadCpuUsage()
  for (const [name, text] of [
    ['too deep', '<a>'.repeat(100_000)], ['too many', `<a>${'<b/>'.repeat(100_000)}</a>`], ['too large', `<a>${'x'.repeat(600_000)}</a>`], ['a declaration', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ['not closed', '<a><b></a>'], ['cut', '<a><b/>'], ['nothing', ''], ['an instruction', '<?php x?><a/>'], ['CDATA', '<a><![CDATA[x]]></a>'], ['an entity of its own', '<a>&lol;</a>']
  ] as const) t.throws(() => readXml(text), name)
  const { user } = process.threadCpuUsage(from)
  t.ok(user < 2_000_000, `${user / 1000} ms`)
})

t.test('how far a sender is proven', async t => {
  const level = async (envelope: object) => (await prove(Buffer.from(JSON.stringify(envelope)), driver.context)).level
  const said = (from: string, inside = '<body>x</body>') => `<message xmlns='jabber:client' from='${from}'>${inside}</message>`
  t.equal(await level({ stanza: said(`${alice}/phone`) }), 'verified')
  t.equal(await level({ stanza: said('friend.example') }), 'unverified')
  t.equal(await level({ stanza: said(`${lake}/Alice`, "<body>x</body><x xmlns='http://jabber.org/protocol/muc#user'/>") }), 'unverified')
  t.equal(await level({ stanza: said(lake, `<x xmlns='http://jabber.org/protocol/muc#user'><invite from='${alice}'/></x>`) }), 'unverified')
  t.equal(await level({ room: lake, stanza: said(`${lake}/Ali`), occupant: { real: alice, vouched: true, me: false } }), 'verified')
  t.equal(await level({ room: lake, stanza: said(`${lake}/Ali`), occupant: { real: alice, vouched: false, me: false } }), 'weak')
  t.equal(await level({ room: lake, stanza: said(`${lake}/Ali`), occupant: { real: null, vouched: true, me: false } }), 'unverified')
})

t.test('where a domain\'s server is', async t => {
  const srv = (records: Record<string, object[]>) => async (name: string) => {
    if (!records[name]) throw Object.assign(new Error('none'), { code: 'ENODATA' })
    return records[name]
  }
  t.same(await servicesOf('a.example', srv({})), ['xmpp://a.example:5222'])
  t.same(await servicesOf('a.example', srv({
    '_xmpp-client._tcp.a.example': [{ name: 'b.a.example.', port: 5222, priority: 5, weight: 1 }, { name: 'c.a.example', port: 5223, priority: 1, weight: 1 }],
    '_xmpps-client._tcp.a.example': [{ name: 'd.a.example', port: 443, priority: 5, weight: 1 }]
  })), ['xmpp://c.a.example:5223', 'xmpps://d.a.example:443', 'xmpp://b.a.example:5222'])
  t.same(await servicesOf('a.example', srv({ '_xmpp-client._tcp.a.example': [{ name: '.', port: 0, priority: 0, weight: 0 }] })), [])
  t.same(await connector.discover!('no address', srv({})), [])
  t.same(await connector.discover!('Ada@Example.org', srv({})), [{ jid: ada, service: 'xmpp://example.org:5222' }])
})

t.test('a link leads nowhere inside', async t => {
  for (const url of ['http://files.example.org/x', 'https://127.0.0.1/x', 'https://[::1]/x', 'https://10.0.0.1/x', 'https://169.254.169.254/latest', 'https://localhost/x', 'file:///etc/passwd', 'https://[::ffff:127.0.0.1]/x', 'nonsense']) {
    const [file] = await fetchFiles([url], null, AbortSignal.timeout(5000))
    t.equal('failed' in file!, true, url)
  }
})

/** Both follow each other; Ada calls her Alice A. */
async function befriend(one: Person, other: Person): Promise<void> {
  await one.ask('set', null, xml('query', { xmlns: 'jabber:iq:roster' }, xml('item', { jid: other.bare, name: 'Alice A.' })))
  await one.send(xml('presence', { to: other.bare, type: 'subscribe' }))
  await other.hears('a request', (stanza) => stanza.attrs['type'] === 'subscribe')
  await other.send(xml('presence', { to: one.bare, type: 'subscribed' }))
  await other.send(xml('presence', { to: one.bare, type: 'subscribe' }))
  await one.hears('a request', (stanza) => stanza.attrs['type'] === 'subscribe')
  await one.send(xml('presence', { to: other.bare, type: 'subscribed' }))
  await other.hears('that she is there', (stanza) => stanza.name === 'presence' && !stanza.attrs['type'] && stanza.attrs['from']?.startsWith(one.bare))
}

async function enter(who: Person, room: string, nick: string): Promise<void> {
  await who.send(xml('presence', { to: `${room}/${nick}` }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' })))
  await who.hears('to be in the room', (stanza) => stanza.attrs['from'] === `${room}/${nick}` && stanza.name === 'presence')
}

/** Everybody in the room may see who is who. */
async function makeOpen(owner: Person, room: string): Promise<void> {
  const field = (name: string, value: string): Element => xml('field', { var: name }, xml('value', {}, value))
  await owner.ask('set', room, xml('query', { xmlns: 'http://jabber.org/protocol/muc#owner' }, xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, field('FORM_TYPE', 'http://jabber.org/protocol/muc#roomconfig'), field('muc#roomconfig_whois', 'anyone'))))
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A line to a port of this machine that can lose what comes back (`deaf`), and break. */
async function cuttable(port: number): Promise<{ port: number, deaf: boolean, cut(): void, close(): void }> {
  const { connect } = await import('node:net')
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    near.pipe(far)
    far.on('data', (data) => { if (!line.deaf) near.write(data) })
    far.on('close', () => near.destroy())
  })
  const line = {
    port: await listen(server), deaf: false,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    close() {
      line.cut()
      server.close()
    }
  }
  return line
}
