/**
 * Strangers who know the names, addresses, numbers and Message-IDs of the user's friends, but hold none of their accounts, keys or numbers, write on
 * every channel in every way we could think of. All of it goes through the real parsing, the real proof (with a DNS of the rig's own and real
 * keys) and the real transaction. What must hold: none of it in the inbox, in a friend's conversation, or linked to a friend.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { connector as mail } from '../../connectors/email/index.ts'
import { connector as sms } from '../../connectors/sms-twilio/index.ts'
import { toBytes } from '../../connectors/sms-twilio/parse.ts'
import { connector as chat } from '../../connectors/xmpp/index.ts'
import { pack } from '../../connectors/xmpp/envelope.ts'
import { unwrap } from '../../connectors/xmpp/unwrap.ts'
import { readXml } from '../../connectors/xmpp/xml.ts'
import { openBlobs } from '../../src/blobs/blobs.ts'
import type { Arrival, Connector, Context, Resolver } from '../../src/connector.ts'
import { Changes } from '../../src/feed/append.ts'
import { Wakeup } from '../../src/feed/wakeup.ts'
import type { AccountRef } from '../../src/inbound/account.ts'
import { receiver } from '../../src/inbound/receive.ts'
import { reroute } from '../../src/inbound/reroute.ts'
import { remoteId } from '../../src/model/ids.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { ensureAddress, getContact, updateContact } from '../../src/store/contacts.ts'
import { openStore } from '../../src/store/database.ts'
import { openSeal } from '../../src/store/seal.ts'
import { addUser } from '../../src/store/users.ts'
import { dice } from './dice.ts'
import type { Dice } from './dice.ts'

export type AttackResult = {
  sent: number
  /** By channel and kind of attack. */
  kinds: Record<string, number>
  /** What must not be, each in words. */
  inInbox: string[]
  inFriends: string[]
  linked: string[]
  changed: string[]
  /** Exactly a friend's number, or an address whose domain proves nothing: nobody can tell. Those of them that do not say "not proven". */
  apart: number
  apartInInbox: number
  apartUnmarked: string[]
  ms: number
}

const at = Date.UTC(2026, 2, 2, 12)
const ada = 'ada@example.org'
const friends = { alice: 'alice@friend.example', bob: 'bob@plain.example', number: '+4915112345678', dave: 'dave@chat.example' }
const ids = ['1@friend.example', '2@friend.example', '3@plain.example', 'sent-1@example.org']
const names = ['Alice', 'Bob Builder', 'Carol', 'Dave']

/** `apart`: nobody can tell it from the friend. null: dropped before it comes in. */
type Attack = { kind: string, account: number, raw: Uint8Array | null, apart: boolean }

export async function attackRun({ seed, messages, say }: { seed: number, messages: number, say(line: string): void }): Promise<AttackResult> {
  const started = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'kinbox-attack-'))
  const clock = { now: () => at }
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const store = await openStore({ folder, clock, log: quiet })
  try {
    const keys = { friend: generateKeyPairSync('ed25519'), evil: generateKeyPairSync('ed25519') }
    const dns = zone(keys)
    const kinds: Record<string, Connector> = { mail: mail as Connector, sms: sms as Connector, chat: chat as Connector }
    const receive = receiver({
      store, blobs: openBlobs(folder), wakeup: new Wakeup(), clock, log: quiet,
      parse: async (kind, raw, context) => await kinds[kind]!.parse(raw, context),
      prove: async (kind, raw, context) => await kinds[kind]!.prove?.(raw, context, dns) ?? null
    })
    const userId = await addUser(store, { name: 'ada', password: null }, clock)
    const own = [{ kind: 'email', address: ada }, { kind: 'phone', address: '+15005550006' }, { kind: 'xmpp', address: ada }]
    const seal = openSeal(folder)
    const accounts: AccountRef[] = []
    for (const [kind, authserv] of [['mail', null], ['mail', 'mx.example.org'], ['sms', null], ['chat', null]] as [string, string | null][]) {
      const id = await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind, name: `${kind} ${authserv}`, settings: {}, own: [] })
      accounts.push({ id, userId, kind, channel: kinds[kind]!.channel, since: 0, context: { own, region: 'DE', authserv } satisfies Omit<Context, 'folder' | 'at'> })
    }
    let place = 0
    const hand = (account: number, raws: Uint8Array[], folder: Arrival['folder'] = { name: 'INBOX', role: 'inbox' }) =>
      receive(accounts[account]!, raws.map((raw): Arrival => ({ remoteId: remoteId(`p${++place}`), at: at - 1000, folder, raw })), { lane: 'live' })

    // The life before: friends who have written, one of them proven, and a mail of the user's own.
    const sign = signer(keys)
    const genuine = (from: string, id: string) => letter([`From: ${from}`, `To: ${ada}`, 'Subject: Climbing', `Message-ID: <${id}>`, 'Date: Mon, 02 Mar 2026 11:00:00 +0000'], 'genuine')
    await hand(0, [await sign(genuine('Alice <alice@friend.example>', ids[0]!), 'friend.example'), await sign(genuine('Alice <alice@friend.example>', ids[1]!), 'friend.example'), Buffer.from(genuine(`Bob Builder <${friends.bob}>`, ids[2]!))])
    await hand(0, [Buffer.from(letter([`From: ${ada}`, `To: ${friends.alice}`, 'Subject: Mine', `Message-ID: <${ids[3]}>`], 'genuine'))], { name: 'Sent', role: 'sent' })
    await hand(2, [text(friends.number)])
    await hand(3, [stanza(`${friends.dave}/phone`, '<body>genuine</body>', 'genuine-1')])
    const friendIds = await store.hot((tx) => {
      const changes = new Changes(userId)
      const found = [['email', friends.alice, names[0]], ['email', friends.bob, names[1]], ['phone', friends.number, names[2]], ['xmpp', friends.dave, names[3]]].map(([kind, address, name]) => {
        const contact = getContact(tx, userId, ensureAddress(tx, changes, userId, { kind: kind!, address: address! }).contactId)!
        updateContact(tx, changes, contact, { friend: true, name: name! })
        reroute(tx, changes, userId, contact.id)
        return contact.id
      })
      changes.append(tx, at)
      return found
    })
    const look = () => store.read((tx) => ({
      addresses: tx.all<{ id: number, address: string, contact: number }>(`SELECT id, address, contact_id AS contact FROM address WHERE contact_id IN (${friendIds.join()}) ORDER BY id`),
      genuine: tx.all<object>("SELECT m.id, b.text, m.preview, m.edited_at, m.deleted_at, m.status, m.seen, s.conversation_id, m.topic_id FROM message m JOIN message_body b ON b.message_id = m.id JOIN strand s ON s.id = m.strand_id WHERE m.preview LIKE 'genuine%' OR b.text LIKE 'genuine%' ORDER BY m.id").map((row) => JSON.stringify(row)),
      paths: tx.get<{ n: number }>('SELECT count(*) AS n FROM path')!.n
    }))
    const before = await look()
    const chance = dice(seed)
    const counted: Record<string, number> = {}
    const known = new Map<string, Attack>()
    let dropped = 0
    for (let done = 0; done < messages;) {
      const batches = new Map<number, Uint8Array[]>()
      for (let i = 0; i < 50 && done < messages; i++, done++) {
        const attack = await invent(chance, `attack-${done}.`, sign)
        known.set(`attack-${done}.`, attack)
        counted[attack.kind] = (counted[attack.kind] ?? 0) + 1
        if (attack.raw) batches.set(attack.account, [...batches.get(attack.account) ?? [], attack.raw])
        else dropped++
      }
      for (const [account, raws] of batches) await hand(account, raws)
      if (done % 10_000 === 0) say(`${done} messages`)
    }
    const after = await look()
    const result: AttackResult = { sent: messages, kinds: counted, inInbox: [], inFriends: [], linked: [], changed: [], apart: 0, apartInInbox: 0, apartUnmarked: [], ms: 0 }
    const rows = await store.read((tx) => tx.all<{ text: string, folder: string, own: string, contact: number | null, people: string | null, sender: number | null, proof: string, because: string }>(
      `SELECT coalesce(b.subject, '') || ' ' || b.text || ' ' || coalesce(b.quoted, '') || ' ' || coalesce(b.unreadable, '') AS text, c.folder, m.folder AS own, c.contact_id AS contact, c.people, a.contact_id AS sender, m.proof, m.because
       FROM message m JOIN message_body b ON b.message_id = m.id JOIN strand s ON s.id = m.strand_id JOIN conversation c ON c.id = s.conversation_id LEFT JOIN address a ON a.id = m.sender_id WHERE m.id > ? ORDER BY m.id`, before.genuine.length))
    let seen = 0
    for (const row of rows) {
      const token = /attack-\d+\./.exec(row.text)?.[0]
      const attack = token === undefined ? undefined : known.get(token)
      const words = `${attack?.kind ?? 'not known'} ${token} ${row.proof} ${row.because.slice(0, 200)}`
      if (!attack) {
        result.changed.push('a message without its token: ' + words)
        continue
      }
      seen++
      const toFriend = friendIds.includes(row.contact ?? -1) || (row.people ?? '').split(',').some((id) => friendIds.includes(Number(id)) && friendIds.includes(row.sender ?? -1))
      if (attack.apart) {
        result.apart++
        if (row.folder === 'inbox') result.apartInInbox++
        if (row.proof === 'verified' || (row.folder === 'inbox' && !row.because.includes('not proven'))) result.apartUnmarked.push(words)
        continue
      }
      if (row.folder === 'inbox' || row.own === 'inbox') result.inInbox.push(words)
      if (toFriend) result.inFriends.push(words)
      if (friendIds.includes(row.sender ?? -1)) result.linked.push('as its sender: ' + words)
    }
    if (JSON.stringify(after.addresses) !== JSON.stringify(before.addresses)) result.linked.push(`the friends' addresses are ${after.addresses.map(({ address }) => address).join(', ')}`)
    result.changed.push(...after.genuine.filter((row) => !before.genuine.includes(row)), ...(after.paths === before.paths ? [] : ['somebody is a friend of a friend']))
    counted['dropped before they come in'] = dropped
    counted['known already, or said about others'] = messages - dropped - seen
    return { ...result, ms: performance.now() - started }
  } finally {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
}

type Sign = (raw: string, domain: 'friend.example' | 'evil.test') => Promise<Uint8Array>

function signer(keys: Record<'friend' | 'evil', { privateKey: KeyObject }>): Sign {
  return async (raw, signingDomain) => {
    const signature = { signingDomain, selector: 's1', privateKey: keys[signingDomain === 'evil.test' ? 'evil' : 'friend'].privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, signTime: new Date(at - 60_000) }
    return Buffer.from((await dkimSign(raw, { ...signature, signatureData: [signature] })).signatures + raw)
  }
}

function zone(keys: Record<'friend' | 'evil', { publicKey: KeyObject }>): Resolver {
  const record = (key: KeyObject) => 'v=DKIM1; k=ed25519; p=' + key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
  const all: Record<string, string> = {
    's1._domainkey.friend.example': record(keys.friend.publicKey), '_dmarc.friend.example': 'v=DMARC1; p=reject', 's1._domainkey.evil.test': record(keys.evil.publicKey), '_dmarc.evil.test': 'v=DMARC1; p=reject'
  }
  return async (name, type) => {
    const found = type === 'TXT' ? all[name.toLowerCase()] : undefined
    if (found === undefined) throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
    return [[found]]
  }
}

const letter = (head: string[], body: string) => [...head, '', body, ''].join('\r\n')
const text = (from: string, body = 'genuine', sid = 'SM0') => toBytes({ source: 'webhook', fields: { MessageSid: sid + body.length + from, From: from, To: '+15005550006', Body: body, NumMedia: '0' }, media: [] })
const stanza = (from: string, inside: string, id: string, more = '') => pack({ room: null, archiveId: null, way: 'live', stanza: `<message xmlns='jabber:client' type='chat' id='${id}' from='${from}' to='${ada}'${more}>${inside}</message>` })

async function invent(chance: Dice, token: string, sign: Sign): Promise<Attack> {
  const way = chance.next()
  return way < 0.75 ? byMail(chance, token, sign) : way < 0.87 ? bySms(chance, token) : byChat(chance, token)
}

const evils = ['mallory@evil.test', 'alice@friend.exarnple', 'alice@fr1end.example', 'alice@frlend.example', 'alice@xn--frend-p8d.example', 'alice@friend.example.evil.test', 'alice.friend.example@evil.test', 'al1ce@friend-example.test', 'bob@plain.exmaple', 'bob@plaln.example']
const hidden = ['', '\u200b', '\u202e', '\u00ad', '\ufeff', '\u0430']

/** Every way to write a From that names a friend or comes near it. `strict`: whom a strict reader finds. */
function fromLine(chance: Dice): { kind: string, lines: string[], strict: string | null } {
  const victim = chance.pick([friends.alice, friends.alice, friends.bob])
  const name = chance.pick(names)
  const evil = chance.pick(evils)
  const odd = chance.pick(hidden)
  const ways: (() => { kind: string, lines: string[], strict: string | null })[] = [
    () => ({ kind: 'mail: a friend\'s exact address', lines: [`From: ${name} <${victim}>`], strict: victim }),
    () => ({ kind: 'mail: a friend\'s address in another case', lines: [`From: "${name}" <${victim.toUpperCase()}>`], strict: victim }),
    () => ({ kind: 'mail: a friend\'s name', lines: [`From: ${name} <${evil}>`], strict: evil }),
    () => ({ kind: 'mail: a friend\'s name with hidden signs', lines: [`From: =?utf-8?b?${Buffer.from(odd + name + odd).toString('base64')}?= <${evil}>`], strict: evil }),
    () => ({ kind: 'mail: a friend\'s address as a name', lines: [`From: "${victim}" <${evil}>`], strict: evil }),
    () => ({ kind: 'mail: a friend\'s mailbox as an encoded name', lines: [`From: =?utf-8?b?${Buffer.from(`${name} <${victim}>`).toString('base64')}?= <${evil}>`], strict: evil }),
    () => ({ kind: 'mail: not strict', lines: ['From: ' + chance.pick([`${victim}(x).evil.test`, `${victim} .evil.test`, `<${victim}><${evil}>`, `(a (b) <${victim}>) ${evil}`, `Group: ${victim};, ${evil}`, `Group: ${victim};`, `${victim}, ${evil}`, `${evil}, ${victim}`, `${victim} <${evil}>`, `"${victim}"@evil.test`, `<@evil.test:${victim}>`, `<${victim}`, `${victim}\0`, `${odd}${victim.replace('@', odd + 'x@')}`.replace(/^$/, '"'), `=?utf-8?q?${victim.replace('@', '=40')}?=`, `${name}`, ''])], strict: null }),
    () => ({ kind: 'mail: two From lines', lines: chance.shuffled([`From: ${victim}`, `From: ${evil}`]), strict: null }),
    () => ({ kind: 'mail: From with a space before its colon', lines: chance.shuffled([`From : ${victim}`, `From: ${evil}`]), strict: null }),
    () => ({ kind: 'mail: no From', lines: [chance.pick([`Sender: ${victim}`, `Reply-To: ${victim}`, `Resent-From: ${victim}`])], strict: null }),
    () => ({ kind: 'mail: Sender and Reply-To of a friend', lines: [`From: ${evil}`, `Sender: ${victim}`, `Reply-To: ${victim}`], strict: evil }),
    () => ({ kind: 'mail: the user\'s own address', lines: [`From: ${name} <${ada}>`], strict: ada }),
    () => ({ kind: 'mail: a subdomain of a friend\'s', lines: [`From: ${name} <alice@mail.friend.example>`], strict: 'alice@mail.friend.example' }),
    () => ({ kind: 'mail: other letters in the address', lines: [`From: ${name} <${victim.replace('a', '\u0430')}>`], strict: 'other' })
  ]
  return chance.pick(ways)()
}

async function byMail(chance: Dice, token: string, sign: Sign): Promise<Attack> {
  const { kind, lines, strict } = fromLine(chance)
  const account = chance.pick([0, 1])
  const id = chance.chance(0.3) ? chance.pick(ids) : `${token}x@evil.test`
  const head = [
    ...lines, `To: ${chance.pick([ada, `${ada}, ${friends.alice}`, `${ada}, ${friends.bob}`, 'undisclosed-recipients:;'])}`, ...chance.chance(0.3) ? [`Cc: ${friends.alice}, ${friends.bob}`] : [], `Subject: ${chance.pick(['Climbing', 'Re: Climbing', 'Mine'])} ${token}`, `Message-ID: <${id}>`,
    'Date: Mon, 02 Mar 2026 11:00:00 +0000', ...chance.chance(0.5) ? [`References: <${chance.pick(ids)}>`, `In-Reply-To: <${chance.pick(ids)}>`] : [],
    ...chance.chance(0.1) ? ['List-Id: <climbing.friend.example>'] : [], ...chance.chance(0.05) ? ['Auto-Submitted: auto-replied'] : []
  ]
  const body = chance.chance(0.08) ? `Delivery failed permanently: 550 5.1.1 <${friends.alice}> unknown ${token}\r\n\r\nMessage-ID: <${ids[3]}>\r\nTo: ${friends.alice}` : `Send money. ${token}`
  const forged = chance.pick(['', '', 'dmarc=pass header.from=friend.example', 'dmarc=pass (p=reject) header.from=plain.example'])
  const claims = forged === '' ? [] : [chance.pick(['Authentication-Results: mx.example.org; ', 'AUTHENTICATION-RESULTS: (x) MX.example.org 1; ', 'Authentication-Results:\r\n mx.example.org;\r\n\t', 'Authentication-Results : mx.example.org; ', 'ARC-Authentication-Results: i=1; mx.example.org; ', 'Authentication-Results: mx.example.org. ; ']) + forged]
  const raw = letter([...claims, ...chance.chance(0.3) ? ['Received: from friend.example by mx.example.org with ESMTPS; Mon, 2 Mar 2026 11:00:00 +0000'] : [], ...head], body)
  const signing = chance.next()
  let bytes = signing < 0.35 ? Buffer.from(await sign(raw, 'evil.test')) : Buffer.from(raw)
  if (signing < 0.1) bytes = Buffer.from(bytes.toString('latin1').replace('d=evil.test', chance.pick(['d=friend.example', 'd=example', 'd=plain.example'])), 'latin1')
  // What the user's own server writes about it, on top. It knows of the strict sender only, as every honest one does.
  if (account === 1) {
    const domain = strict?.split('@').at(-1)
    const result = domain === undefined || domain === 'other' ? 'dmarc=none' : domain === 'evil.test' ? 'dmarc=pass header.from=evil.test' : domain.endsWith('friend.example') ? `dmarc=fail header.from=${domain}` : `dmarc=none header.from=${domain}`
    bytes = Buffer.concat([Buffer.from(`Authentication-Results: mx.example.org; ${result}\r\nReceived: from mx.evil.test by mx.example.org with ESMTPS; Mon, 2 Mar 2026 12:00:00 +0000\r\n`), bytes])
  }
  // A domain that has never proved anything, under its exact address, cannot be told from its owner.
  return { kind, account, raw: bytes, apart: strict === friends.bob }
}

function bySms(chance: Dice, token: string): Attack {
  const exact = chance.chance(0.1)
  const from = exact ? friends.number : chance.pick(['Carol', 'CAROL', 'Carol ', 'C\u0430rol', '4915112345678', '015112345678', '0049 151 12345678', '+49 151 1234567', '+4915112345679', '+4915112345678 ', ' +4915112345678', '+4915112345678x', '+4915112345678;ext=1', '(+49)15112345678', '+49-151-12345678', '\uff0b4915112345678', '+\u0664915112345678', 'tel:+4915112345678', '12345', 'whatsapp:+15005550100', ''])
  // A network that writes the same number in another way names the same number: as little proven as when it is written plainly.
  const same = sms.canonical('phone', from, { region: 'DE' }) === friends.number
  return { kind: same ? 'sms: a friend\'s exact number' : 'sms: a name or another number', account: 2, raw: text(from, `Send money. ${token}`, 'SM' + token), apart: same }
}

function byChat(chance: Dice, token: string): Attack {
  const known = { bare: ada, archive: true, rooms: new Map<string, boolean>(), queries: new Map<string, string | null>() }
  const evil = chance.pick(['mallory@evil.test/x', 'dave@chat.exarnple/phone', 'dave@evil.test/phone', `${friends.dave.replace('@', '%')}@evil.test/x`, 'evil.test', `evil.test/${friends.dave}`, 'dav\u0435@chat.example/phone', `"${friends.dave}"@evil.test/a`.replace(/"/g, '')])
  const body = `<body>Send money. ${token}</body>`
  const forward = (tag: string) => `<${tag} xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' type='chat' from='${friends.dave}/phone' to='${ada}/home'>${body}</message></forwarded></${tag}>`
  const ways: [string, string][] = [
    ['chat: a friend\'s nickname', `<nick xmlns='http://jabber.org/protocol/nick'>Dave</nick>${body}`],
    ['chat: a forged carbon', forward('received')],
    ['chat: a forged carbon of what was sent', forward('sent')],
    ['chat: a forged archive', `<result xmlns='urn:xmpp:mam:2' queryid='q1' id='a1'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' type='chat' from='${friends.dave}/phone' to='${ada}'>${body}</message></forwarded></result>`],
    ['chat: a correction of a friend\'s message', `${body}<replace xmlns='urn:xmpp:message-correct:0' id='genuine-1'/>`],
    ['chat: a retraction of a friend\'s message', `<retract xmlns='urn:xmpp:message-retract:1' id='genuine-1'/>${body}`],
    ['chat: a delay and addresses of a friend', `${body}<delay xmlns='urn:xmpp:delay' from='${friends.dave}' stamp='2026-03-02T11:00:00Z'/><addresses xmlns='http://jabber.org/protocol/address'><address type='ofrom' jid='${friends.dave}'/></addresses>`],
    ['chat: an invitation in a friend\'s name', `<x xmlns='http://jabber.org/protocol/muc#user'><invite from='${friends.dave}'><reason>${token}</reason></invite></x>${body}`]
  ]
  const [kind, inside] = chance.pick(ways)
  const element = readXml(`<message xmlns='jabber:client' type='chat' id='${token}abcdef' from='${evil.replace(/'/g, '')}' to='${ada}'>${inside}</message>`)
  const unwrapped = unwrap(element, known)
  if (unwrapped.way === 'foreign' || unwrapped.way === 'archive') return { kind, account: 3, raw: null, apart: false }
  return { kind, account: 3, raw: pack({ room: unwrapped.room, archiveId: unwrapped.archiveId, way: unwrapped.way, stanza: unwrapped.message.toString() }), apart: false }
}
