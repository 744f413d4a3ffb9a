import t from 'tap'
import { promises as dnsPromises } from 'node:dns'
import { generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { prove } from '../../../connectors/email/prove.ts'
import type { Context, Proof, Resolver } from '../../../src/connector.ts'

const at = Date.UTC(2026, 2, 2, 12)
const day = 86_400_000
const ed = generateKeyPairSync('ed25519')
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsa1024 = generateKeyPairSync('rsa', { modulusLength: 1024 })
const short = generateKeyPairSync('rsa', { modulusLength: 512 })

/** What DNS holds: a TXT record, or the code of the failure. */
type Zone = Record<string, string | { code: string }>
const keys: Zone = {
  's1._domainkey.friend.example': edRecord(ed.publicKey),
  'rsa._domainkey.friend.example': rsaRecord(rsa.publicKey),
  'weak._domainkey.friend.example': rsaRecord(rsa1024.publicKey),
  'short._domainkey.friend.example': rsaRecord(short.publicKey),
  's1._domainkey.mail.friend.example': edRecord(ed.publicKey),
  's1._domainkey.evil.test': edRecord(ed.publicKey)
}
const none = { '_dmarc.friend.example': 'v=DMARC1; p=none' }
const quarantine = { '_dmarc.friend.example': 'v=DMARC1; p=quarantine' }
const reject = { '_dmarc.friend.example': 'v=DMARC1; p=reject' }

const mail = [
  'From: Alice <alice@friend.example>',
  'To: Ada <ada@example.org>',
  'Subject: Climbing',
  'Date: Mon, 02 Mar 2026 11:59:00 +0000',
  'Message-ID: <1@friend.example>',
  '',
  'Shall we go on Sunday?',
  ''
].join('\r\n')

// Nothing in a proof may ask the real network.
const asked: string[] = []
dnsPromises.resolve = (async (name: string) => {
  asked.push(name)
  throw Object.assign(new Error('no network in tests'), { code: 'ENOTFOUND' })
}) as typeof dnsPromises.resolve

t.test('our own check', async (t) => {
  const plain = await sign(mail)
  const cases: [string, string | Promise<string>, Zone, Proof['level'], RegExp, { temporary?: true, at?: number }?][] = [
    ['an aligned signature', plain, none, 'verified', /Signed by friend\.example/],
    ['an aligned signature, no DMARC record at all', plain, {}, 'verified', /Signed by friend\.example/],
    ['an aligned RSA signature', sign(mail, { selector: 'rsa', privateKey: rsa.privateKey }), reject, 'verified', /Signed by/],
    ['RSA with 1024 bits (RFC 8301)', sign(mail, { selector: 'weak', privateKey: rsa1024.privateKey }), reject, 'verified', /Signed by/],
    ['the signature of a subdomain', sign(mail, { signingDomain: 'mail.friend.example' }), reject, 'verified', /belongs to the sender's domain/],
    ['a subdomain, but strict alignment asked for', sign(mail, { signingDomain: 'mail.friend.example' }), { '_dmarc.friend.example': 'v=DMARC1; p=reject; adkim=s' }, 'conflicting', /asks to reject/],
    ['a subdomain and no DMARC record', sign(mail, { signingDomain: 'mail.friend.example' }), {}, 'weak', /says nothing about/],
    ['a good signature of somebody else', sign(mail, { signingDomain: 'evil.test' }), none, 'weak', /evil\.test says nothing about friend\.example/],
    ['somebody else under p=reject', sign(mail, { signingDomain: 'evil.test' }), reject, 'conflicting', /asks to reject/],
    ['somebody else beside the sender', sign(plain, { signingDomain: 'evil.test' }), reject, 'verified', /Signed by friend\.example/],
    ['neighbours below a public suffix', sign(mail.replace('friend.example', 'alice.github.io'), { signingDomain: 'mallory.github.io' }), { 's1._domainkey.mallory.github.io': edRecord(ed.publicKey), '_dmarc.github.io': 'v=DMARC1; p=reject' }, 'conflicting', /asks to reject/],
    ['l= covers a part only', sign(mail, { maxBodyLength: 5 }), reject, 'conflicting', /covers only a part/],
    ['l= covers all, and still says that more may follow', sign(mail, { maxBodyLength: 24 }), none, 'weak', /covers only a part/],
    ['expired before it arrived', sign(mail, { signTime: new Date(at - 3 * day), expires: new Date(at - day) }), none, 'weak', /not valid at that time/],
    ['expired since, valid when it arrived', sign(mail, { signTime: new Date(at - day), expires: new Date(at + day) }), none, 'verified', /Signed by/],
    ['signed by a clock that is a minute ahead', sign(mail, { signTime: new Date(at + 60_000) }), none, 'verified', /Signed by/],
    ['the text was changed', plain.replace('Sunday', 'Monday'), none, 'weak', /does not fit the mail/],
    ['the text was changed, under p=quarantine', plain.replace('Sunday', 'Monday'), quarantine, 'conflicting', /asks to quarantine/],
    ['the subject was changed', plain.replace('Climbing', 'Money'), reject, 'conflicting', /does not fit the mail/],
    ['a key of 512 bits', sign(mail, { selector: 'short', privateKey: short.privateKey }), none, 'weak', /weak key or method/],
    ['rsa-sha1', sign(mail, { selector: 'rsa', privateKey: rsa.privateKey, algorithm: 'rsa-sha1' }), none, 'weak', /weak key or method/],
    ['the key is gone', sign(mail, { selector: 'gone' }), none, 'weak', /its key is gone/],
    ['no signature, p=none', mail, none, 'weak', /not signed by friend\.example/],
    ['no signature, no record', mail, {}, 'weak', /not signed by friend\.example/],
    ['no signature, p=quarantine', mail, quarantine, 'conflicting', /asks to quarantine/],
    ['no signature, p=reject', mail, reject, 'conflicting', /asks to reject/],
    ['a subdomain inherits the policy', mail.replace('alice@friend', 'alice@sub.friend'), reject, 'conflicting', /asks to reject/],
    ['DNS is silent about the key', plain, { ...reject, 's1._domainkey.friend.example': { code: 'ETIMEOUT' } }, 'weak', /did not answer/, { temporary: true }],
    ['DNS is silent about the policy', mail, { '_dmarc.friend.example': { code: 'ESERVFAIL' } }, 'weak', /did not answer/, { temporary: true }],
    ['DNS is silent about the policy, but the sender signed', plain, { '_dmarc.friend.example': { code: 'ETIMEOUT' } }, 'verified', /Signed by/],
    ['a stranger whose own DNS is silent blurs nothing', sign(mail, { signingDomain: 'evil.test' }), { ...reject, 's1._domainkey.evil.test': { code: 'ETIMEOUT' } }, 'conflicting', /asks to reject/],
    ['a name that cannot be asked for is no silence', sign(mail, { selector: 'gone' }), { ...reject, 'gone._domainkey.friend.example': { code: 'EBADNAME' } }, 'conflicting', /asks to reject/],
    ['a second From, above', 'From: alice@friend.example\r\n' + plain, none, 'unverified', /more than one From/],
    ['a second From, spelled as it was allowed once', plain.replace('\r\nTo: ', '\r\nFrom : mallory@evil.test\r\nTo: '), none, 'unverified', /more than one From/],
    ['no From', mail.replace(/^From.*\r\n/, ''), none, 'unverified', /names no sender/],
    ['a From that is not strict', mail.replace('alice@friend.example>', 'alice@friend.example(x).evil.test>'), none, 'unverified', /not written as one plain address/],
    ['a hundred signatures', Array.from({ length: 100 }, () => plain.slice(0, plain.indexOf('From:'))).join('') + mail, none, 'weak', /too many to check/],
    ['Authentication-Results count for nothing here', `Authentication-Results: mx.example.org; dmarc=pass header.from=friend.example\r\n${mail}`, none, 'weak', /not signed/]
  ]
  for (const [name, raw, zone, level, words, { temporary, at: when = at } = {}] of cases) {
    const proof = await prove(Buffer.from(await raw), context(null, when), dns(zone))
    t.same([proof.level, proof.temporary], [level, temporary], `${name}: ${level}`)
    t.match(proof.evidence.join(' '), words, name)
  }
  t.same(asked, [], 'the real network was asked for nothing')
})

t.test('the results of the server that the user trusts', async (t) => {
  const received = (by: string) => `Received: from somewhere (helo by mx.example.org) by ${by} with ESMTPS; Mon, 2 Mar 2026 12:00:00 +0000`
  const pass = 'dmarc=pass header.from=friend.example'
  const results = (text: string, id = 'mx.example.org') => `Authentication-Results: ${id}; ${text}`
  const cases: [string, string[], Proof['level'], RegExp?, Zone?][] = [
    ['a pass at the top', [results(pass), received('mx.example.org')], 'verified', /mx\.example\.org\) checked that this comes from friend\.example/],
    ['a pass below the border host\'s own line', [received('mx.example.org'), results(pass), received('mx.elsewhere.test')], 'verified'],
    ['hosts behind the border above', [received('store.example.org'), results(pass), received('mx.example.org')], 'verified'],
    ['several lines of the border host', [received('store.example.org'), received('mx.example.org'), received('mx.example.org'), results(pass), received('a.test')], 'verified'],
    ['no line at all', [results(pass)], 'verified'],
    ['forged: below a line from outside', [received('mx.example.org'), received('mx.evil.test'), results(pass)], 'weak', /wrote no result/],
    ['forged: below unknown hosts alone', [received('mx.evil.test'), results(pass)], 'weak', /wrote no result/],
    ['forged: below the genuine one', [results('dmarc=none'), received('mx.example.org'), results(pass)], 'weak', /neither confirms nor denies/],
    ['forged: below the genuine fail', [results('dmarc=fail header.from=friend.example'), received('mx.example.org'), results(pass)], 'conflicting', /does not come from/, reject],
    ['another server\'s id', [results(pass, 'mx.evil.test'), received('mx.example.org')], 'weak', /wrote no result/],
    ['an id that ends alike', [results(pass, 'evil-mx.example.org'), received('mx.example.org')], 'weak'],
    ['an id that starts alike', [results(pass, 'mx.example.org.evil.test'), received('mx.example.org')], 'weak'],
    ['another id above the right one', [results('dmarc=fail header.from=friend.example', 'filter.test'), results(pass), received('mx.example.org')], 'verified'],
    ['folded', ['Authentication-Results: mx.example.org;\r\n\tspf=pass smtp.mailfrom=alice@friend.example;\r\n\tdmarc=pass\r\n header.from=friend.example'], 'verified'],
    ['comments everywhere', ['Authentication-Results: (a (b)) mx.example.org (c) 1 (d); (e) dmarc (f)=(g) pass (p=REJECT; header.from=evil.test) header.from (h)= (i) friend.example (j)'], 'verified'],
    ['any case', ['AUTHENTICATION-RESULTS: MX.Example.ORG; DMARC=Pass Header.From=Friend.Example'], 'verified'],
    ['quoted', ['Authentication-Results: "mx.example.org"; dmarc=pass reason="a; dmarc=fail" header.from="friend.example"'], 'verified'],
    ['a pass in a comment', [results('dmarc=none (dmarc=pass header.from=friend.example)')], 'weak'],
    ['a pass inside a quoted string', [results('spf=pass smtp.mailfrom="x; dmarc=pass header.from=friend.example"')], 'weak'],
    ['a pass smuggled in beside the genuine result', [results(`spf=none smtp.mailfrom=x; ${pass}; dmarc=fail header.from=friend.example`)], 'conflicting', /DMARC fail/, reject],
    ['said twice', [results(`${pass}; ${pass}`)], 'weak'],
    ['an open comment', [results(`${pass} (`)], 'weak', /wrote no result/],
    ['a later version', ['Authentication-Results: mx.example.org 2; ' + pass], 'weak'],
    ['a property twice', [results('dmarc=pass header.from=friend.example header.from=evil.test')], 'weak'],
    ['a pass for another domain', [results('dmarc=pass header.from=evil.test')], 'conflicting', /checked the sender evil\.test/],
    ['a pass for the organisation only', [results('dmarc=pass header.from=example')], 'weak'],
    ['a pass that names nobody', [results('dmarc=pass')], 'weak'],
    ['a fail under p=reject', [results('dmarc=fail header.from=friend.example')], 'conflicting', /DMARC fail/, reject],
    ['a fail under p=none', [results('dmarc=fail header.from=friend.example')], 'weak', /could not confirm/, none],
    ['a DKIM pass alone', [results('dkim=pass header.d=friend.example')], 'weak'],
    ['nothing checked', ['Authentication-Results: mx.example.org; none'], 'weak', /neither/],
    ['below damage in the head', ['this is no header', results(pass)], 'unverified']
  ]
  for (const [name, lines, level, words = /./, zone = {}] of cases) {
    const proof = await prove(Buffer.from([...lines, mail].join('\r\n')), context('mx.example.org'), dns(zone))
    t.equal(proof.level, level, `${name}: ${level}`)
    t.match(proof.evidence.join(' '), words, name)
  }
  const signed = await prove(Buffer.from(await sign(mail)), context('mx.example.org'), dns(reject))
  t.equal(signed.level, 'weak', 'a signature is not looked at where the server is the source')
})

t.test('a large mail is checked, and leaves the event loop free meanwhile', async (t) => {
  const large = await sign(mail + 'One line of many in a mail of some megabytes, with a signature.\r\n'.repeat(60_000))
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  const proof = await prove(Buffer.from(large), context(null), dns(reject))
  clearInterval(timer)
  t.equal(proof.level, 'verified')
  t.equal(turns > 20, true, `${turns} turns`)
})

t.test('a mail made to keep us busy is not checked, and proves nothing', async (t) => {
  const signed = await sign(mail)
  const cases: [string, string, RegExp][] = [
    ['a long body', signed + '\r\n'.repeat(700_000), /too many lines/],
    ['a head of folds', signed.replace('\r\nSubject: ', '\r\n' + 'X: y' + '\r\n x'.repeat(50_000) + '\r\nSubject: '), /too many lines/],
    ['a head of blank folds', signed.replace('\r\nSubject: ', '\r\n' + 'X: y' + '\r\n '.repeat(60_000) + '\r\nSubject: '), /too many lines/],
    ['a signature of names', signed.replace(/\bh=/, 'h=' + 'x:'.repeat(50_000)), /too long to check/],
    ['a head of fields', signed.replace('\r\nSubject: ', '\r\n' + 'a:\r\n'.repeat(50_000) + 'Subject: '), /too many lines/]
  ]
  for (const [name, raw, words] of cases) {
    // The time of the processor: what else the machine does is not in it.
    const started = process.threadCpuUsage()
    t.match(await prove(Buffer.from(raw), context(null), dns(reject)), { level: 'conflicting', evidence: [words, /asks to reject/] }, name)
    const { user } = process.threadCpuUsage(started)
    t.equal(user < 2_000_000, true, `${name}: no time worth naming, ${user / 1000} ms`)
  }
})

function context(authserv: string | null, when = at): Context {
  return { own: [{ kind: 'email', address: 'ada@example.org' }], region: null, folder: null, authserv, at: when }
}

function dns(zone: Zone): Resolver {
  const all: Zone = { ...keys, ...zone }
  return async (name, type) => {
    const found = type === 'TXT' ? all[name] : undefined
    if (found === undefined) throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
    if (typeof found === 'object') throw Object.assign(new Error(name), found)
    return [[found.slice(0, 200), found.slice(200)]]
  }
}

type Signing = { signingDomain?: string, selector?: string, privateKey?: KeyObject, algorithm?: string, signTime?: Date, expires?: Date, maxBodyLength?: number }

async function sign(raw: string, { signingDomain = 'friend.example', selector = 's1', privateKey = ed.privateKey, signTime = new Date(at - 60_000), ...rest }: Signing = {}): Promise<string> {
  const signature = { signingDomain, selector, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, signTime, ...rest }
  const { signatures, errors } = await dkimSign(raw, { ...signature, signatureData: [signature] })
  if (!signatures) throw new Error('not signed: ' + JSON.stringify(errors))
  return signatures + raw
}

function edRecord(key: KeyObject): string {
  return 'v=DKIM1; k=ed25519; p=' + key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
}

function rsaRecord(key: KeyObject): string {
  return 'v=DKIM1; k=rsa; p=' + key.export({ type: 'spki', format: 'der' }).toString('base64')
}
