import t from 'tap'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { sealMessage } from 'mailauth/lib/arc/index.js'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { prove } from '../../../connectors/email/prove.ts'
import type { Context, Proof, Resolver } from '../../../src/connector.ts'

const at = Date.UTC(2026, 2, 2, 12)
const keys = Object.fromEntries(['friend', 'lists', 'other', 'evil'].map((name) => [name, generateKeyPairSync('ed25519')]))
const short = generateKeyPairSync('rsa', { modulusLength: 512 })
const record = (key: KeyObject) => 'v=DKIM1; k=ed25519; p=' + key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
type Zone = Record<string, string | { code: string }>
const zone: Zone = {
  's1._domainkey.friend.example': record(keys['friend']!.publicKey), '_dmarc.friend.example': 'v=DMARC1; p=reject',
  's1._domainkey.lists.example': record(keys['lists']!.publicKey), 's1._domainkey.other.example': record(keys['other']!.publicKey), 's1._domainkey.evil.test': record(keys['evil']!.publicKey),
  'short._domainkey.lists.example': 'v=DKIM1; k=rsa; p=' + short.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
}
const mail = ['From: Alice <alice@friend.example>', 'To: Climbing <climbing@lists.example>', 'Subject: Climbing', 'Date: Mon, 02 Mar 2026 11:59:00 +0000', 'Message-ID: <1@friend.example>', '', 'Shall we go on Sunday?', ''].join('\r\n')
const pass = 'mx.lists.example; dmarc=pass (p=REJECT) header.from=friend.example; spf=none'

type Seal = { by?: string, says?: string, cv?: string, selector?: string, key?: KeyObject }
/** The mail with one more set, as a forwarder makes it. */
async function sealed(raw: string, { by = 'lists.example', says = pass, cv, selector = 's1', key }: Seal = {}): Promise<string> {
  const privateKey = (key ?? keys[by.split('.')[0]!]!.privateKey).export({ type: 'pkcs8', format: 'pem' }) as string
  const instance = (raw.match(/^ARC-Seal:/gim) ?? []).length + 1
  const set = await sealMessage(raw, { signingDomain: by, selector, privateKey, authResults: says, i: instance, cv: cv ?? (instance === 1 ? 'none' : 'pass'), signTime: new Date(at - 60_000) } as Parameters<typeof sealMessage>[1])
  if (set.length === 0) throw new Error('it was not sealed')
  return set.toString() + raw
}
async function signed(raw: string, domain: string): Promise<string> {
  const one = { signingDomain: domain, selector: 's1', privateKey: keys[domain.split('.')[0]!]!.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, signTime: new Date(at - 60_000) }
  return (await dkimSign(raw, { ...one, signatureData: [one] })).signatures + raw
}
/** A set that the library does not make: with a signature of a part only. */
function byHand(raw: string, { length, covers = 'from' }: { length?: number, covers?: 'from' | 'to' } = {}): string {
  const [head, body] = [raw.slice(0, raw.indexOf('\r\n\r\n')), raw.slice(raw.indexOf('\r\n\r\n') + 4)]
  const signing = (text: string) => sign(null, createHash('sha256').update(text).digest(), keys['lists']!.privateKey).toString('base64')
  const field = head.split('\r\n').find((line) => line.toLowerCase().startsWith(covers + ':'))!.slice(covers.length + 1).trim()
  const results = `i=1; ${pass}`
  const open = `i=1; a=ed25519-sha256; c=relaxed/relaxed; d=lists.example; s=s1; h=${covers}; ${length === undefined ? '' : `l=${length}; `}bh=${createHash('sha256').update(body.slice(0, length)).digest('base64')}; b=`
  const message = open + signing(`${covers}:${field}\r\narc-message-signature:${open}`)
  const seal = 'i=1; a=ed25519-sha256; cv=none; d=lists.example; s=s1; b='
  const whole = seal + signing(`arc-authentication-results:${results}\r\narc-message-signature:${message}\r\narc-seal:${seal}`)
  return `ARC-Seal: ${whole}\r\nARC-Message-Signature: ${message}\r\nARC-Authentication-Results: ${results}\r\n${raw}`
}
/** What a list does to a mail: its sender's signature fits no more. */
const changed = async (by = mail) => (await signed(by, 'friend.example')).replace('Subject: Climbing', 'Subject: [climbing] Climbing') + '-- \r\nThe climbing list\r\n'

const context = (more: Partial<Context> = {}): Context => ({ own: [], region: null, folder: null, at, authserv: null, sealers: ['lists.example'], ...more })
const dns = (more: Zone = {}): Resolver => async (name) => {
  const found = { ...zone, ...more }[name.toLowerCase()]
  if (typeof found === 'string') return [[found]]
  throw Object.assign(new Error(name), { code: found?.code ?? 'ENOTFOUND' })
}
const trusted = /Passed on by lists\.example, which you trust: it has checked that this comes from friend\.example/

t.test('what a listed forwarder says is believed, where its whole chain holds', async (t) => {
  const list = await sealed(await changed())
  const twice = await sealed(await sealed(await changed(), { by: 'other.example', says: 'mx.other.example; dmarc=pass header.from=friend.example' }))
  const set = (raw: string) => raw.slice(0, raw.indexOf('DKIM-Signature:'))
  const bare = await sealed(mail)
  const cases: [string, string, Proof['level'], { context?: Partial<Context>, zone?: Zone, temporary?: true }?][] = [
    ['a list that has changed the mail', list, 'verified'],
    ['the newest of two forwarders is listed', twice, 'verified'],
    ['listed in another case, with a dot', list, 'verified', { context: { sealers: ['Lists.Example.'] } }],
    ['where the user\'s own server checks, and found it broken', `Authentication-Results: mx.example.org; dmarc=fail header.from=friend.example\r\n${list}`, 'verified', { context: { authserv: 'mx.example.org' } }],
    ['where the user\'s own server wrote nothing', list, 'verified', { context: { authserv: 'mx.example.org' } }],
    ['nobody is listed', list, 'conflicting', { context: { sealers: [] } }],
    ['nothing is said of listing', list, 'conflicting', { context: { sealers: undefined as unknown as string[] } }],
    ['another one is listed', list, 'conflicting', { context: { sealers: ['other.example'] } }],
    ['only a domain above is listed', list, 'conflicting', { context: { sealers: ['example'] } }],
    ['only a domain below is listed', list, 'conflicting', { context: { sealers: ['mx.lists.example'] } }],
    ['one that is not listed has passed it on since', await sealed(list, { by: 'other.example' }), 'conflicting'],
    ['sealed by a stranger who says what the list would', await sealed(await changed(), { by: 'evil.test' }), 'conflicting'],
    ['a stranger\'s key under the list\'s name', await sealed(await changed(), { key: keys['evil']!.privateKey }), 'conflicting'],
    ['a chain without its seal', list.replace(/^ARC-Seal:(?:.*\r\n)(?:[ \t].*\r\n)*/m, ''), 'conflicting'],
    ['the seal alone', /^ARC-Seal:(?:.*\r\n)(?:[ \t].*\r\n)*/m.exec(list)![0] + mail, 'conflicting'],
    ['the first of two sets is gone', twice.replace(/^ARC-[A-Za-z-]+: i=1(?:.*\r\n)(?:[ \t].*\r\n)*/gm, ''), 'conflicting'],
    ['the older seal is broken', twice.replace(/(i=1; mx\.other)\.example/, '$1.exarnple'), 'conflicting'],
    ['the list found the chain before it broken', await sealed(await sealed(await changed(), { by: 'other.example' }), { cv: 'fail' }), 'conflicting'],
    ['the results were changed after sealing', list.replace('dmarc=pass (p=REJECT)', 'dmarc=pass (p=reject!)'), 'conflicting'],
    ['the text was changed after sealing', list.replace('Sunday', 'Monday'), 'conflicting'],
    ['text was added after sealing', list + 'Send money.\r\n', 'conflicting'],
    ['the subject was changed after sealing', list.replace('[climbing]', '[money]'), 'conflicting'],
    ['the sender was changed after sealing', list.replace('Alice <alice@', 'Alice <bob@'), 'conflicting'],
    ['the set of another mail', set(list) + (await changed(mail.replace('Sunday', 'Monday'))), 'conflicting'],
    ['a seal of a part of the text only', byHand(mail + 'Send money.\r\n', { length: 5 }), 'conflicting'],
    ['the same seal of all of it', byHand(mail), 'verified'],
    ['a seal that leaves From open', byHand(mail, { covers: 'to' }), 'conflicting'],
    ['the list saw it fail', await sealed(await changed(), { says: 'mx.lists.example; dmarc=fail header.from=friend.example' }), 'conflicting'],
    ['the list saw no policy', await sealed(await changed(), { says: 'mx.lists.example; dmarc=none header.from=friend.example' }), 'conflicting'],
    ['the list says nothing of DMARC', await sealed(await changed(), { says: 'mx.lists.example; dkim=pass header.d=friend.example' }), 'conflicting'],
    ['a pass about another domain', await sealed(await changed(), { says: 'mx.lists.example; dmarc=pass header.from=evil.test' }), 'conflicting'],
    ['a pass about the organisation only', await sealed(await changed(mail.replace('alice@friend', 'alice@mail.friend'))), 'conflicting'],
    ['two results', await sealed(await changed(), { says: `${pass}; dmarc=fail header.from=friend.example` }), 'conflicting'],
    ['a pass in a comment', await sealed(await changed(), { says: 'mx.lists.example; dmarc=none (dmarc=pass) header.from=friend.example' }), 'conflicting'],
    ['results below the genuine ones, with a space before the colon', (await sealed(await changed(), { says: 'mx.lists.example; dmarc=fail header.from=friend.example' })).replace('\r\nFrom: ', `\r\nARC-Authentication-Results : i=1; ${pass}\r\nFrom: `), 'conflicting'],
    ['a second set of the same number', set(await sealed(mail)) + list, 'conflicting'],
    ['a short key', await sealed(await changed(), { selector: 'short', key: short.privateKey }), 'conflicting'],
    ['its key is gone', list, 'conflicting', { zone: { 's1._domainkey.lists.example': { code: 'ENODATA' } } }],
    ['its key cannot be looked up for now', list, 'conflicting', { zone: { 's1._domainkey.lists.example': { code: 'ETIMEOUT' } }, temporary: true }],
    ['a stranger\'s name is silent in the chain', await sealed(await sealed(await changed(), { by: 'evil.test' })), 'conflicting', { zone: { 's1._domainkey.evil.test': { code: 'ETIMEOUT' } } }],
    ['fifty sets', `${'ARC-Authentication-Results: i=1; x.test; none\r\n'.repeat(50)}${list}`, 'conflicting'],
    ['the user\'s own server read another sender', `Authentication-Results: mx.example.org; dmarc=pass header.from=evil.test\r\n${list}`, 'conflicting', { context: { authserv: 'mx.example.org' } }],
    ['two From lines', `From: mallory@evil.test\r\n${bare}`, 'unverified']
  ]
  for (const [name, raw, level, { context: more = {}, zone: names = {}, temporary } = {}] of cases) {
    const proof = await prove(Buffer.from(raw), context(more), dns(names))
    t.same([proof.level, proof.temporary], [level, temporary], `${name}: ${level}`)
    t.equal(trusted.test(proof.evidence.join(' ')), level === 'verified', name)
    t.equal(proof.covers, undefined, `whom ${name} went to makes nobody known`)
  }
})

t.test('who proves themselves needs nobody', async (t) => {
  const raw = await sealed(await signed(mail, 'friend.example'))
  t.match(await prove(Buffer.from(raw), context(), dns()), { level: 'verified', evidence: [/Signed by friend\.example/] })
})

t.test('what a list has signed and sealed is proven to be of it, too', async (t) => {
  const of = (await changed()).replace('From: ', 'List-Id: Climbing <climbing.lists.example>\r\nFrom: ')
  t.match(await prove(Buffer.from(await sealed(await signed(of, 'lists.example'))), context(), dns()), { level: 'verified', evidence: [trusted], signers: ['lists.example'] })
  t.equal((await prove(Buffer.from(await sealed(of)), context(), dns())).signers, undefined)
})
