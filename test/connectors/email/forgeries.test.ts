import t from 'tap'
import fc from 'fast-check'
import { generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { parse } from '../../../connectors/email/parse.ts'
import { scanHead } from '../../../connectors/email/head.ts'
import { readSender } from '../../../connectors/email/sender.ts'
import { prove } from '../../../connectors/email/prove.ts'
import type { Context, IncomingMessage, Resolver } from '../../../src/connector.ts'

/**
 * Mallory owns evil.test with its keys and knows Alice's name, address and Message-IDs. Whatever he writes into the head, the
 * mail must not have Alice's address as its sender with any proof, and must never be verified as anybody but himself.
 */
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const key = 'v=DKIM1; k=ed25519; p=' + publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
const own: Context = { own: [{ kind: 'email', address: 'ada@example.org' }], region: null, folder: { name: 'INBOX', role: 'inbox' }, authserv: null, at: Date.UTC(2026, 2, 2) }

const dns: Resolver = async (name, type) => {
  const record = type !== 'TXT' ? undefined : name.endsWith('_domainkey.evil.test') || name.endsWith('.evil.test') && name.includes('_domainkey') ? key : name.startsWith('_dmarc.') && name.endsWith('evil.test') ? 'v=DMARC1; p=none' : undefined
  if (record === undefined) throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
  return [[record]]
}

const from = (value: string) => `From: ${value}`
/** What stands in the head, and whom the mail may be from: nobody (null), or Mallory under his own address. */
const forgeries: [string, string, string | null][] = [
  ['a comment in the middle of the domain', from('alice@friend.example(x).evil.test'), null],
  ['a space in the domain', from('alice@friend.example .evil.test'), null],
  ['two mailboxes in angle brackets', from('<alice@friend.example><mallory@evil.test>'), null],
  ['a nested comment', from('(a (b) <alice@friend.example>) mallory@evil.test'), null],
  ['a group', from('Group: alice@friend.example;, mallory@evil.test'), null],
  ['a group of one', from('Group: alice@friend.example;'), null],
  ['two From lines', from('alice@friend.example') + '\r\n' + from('mallory@evil.test'), null],
  ['two From lines, the other way', from('mallory@evil.test') + '\r\n' + from('alice@friend.example'), null],
  ['From with a space before the colon', 'From : alice@friend.example\r\n' + from('mallory@evil.test'), null],
  ['From with a space before the colon, alone', 'From : alice@friend.example', null],
  ['From in capitals', from('mallory@evil.test') + '\r\nFROM: alice@friend.example', null],
  ['two in one line', from('alice@friend.example, mallory@evil.test'), null],
  ['the address as a name without quotes', from('alice@friend.example <mallory@evil.test>'), null],
  ['the address as a name in quotes', from('"alice@friend.example" <mallory@evil.test>'), 'mallory@evil.test'],
  ['the whole mailbox as a name', from('"Alice <alice@friend.example>" <mallory@evil.test>'), 'mallory@evil.test'],
  ['an escaped quote', from('"Alice\\" <alice@friend.example>" <mallory@evil.test>'), 'mallory@evil.test'],
  ['an encoded name', from('=?utf-8?q?Alice_=3Calice=40friend=2Eexample=3E?= <mallory@evil.test>'), 'mallory@evil.test'],
  ['an encoded line feed and a From', from('=?utf-8?q?a=0D=0AFrom=3A_alice=40friend=2Eexample?= <mallory@evil.test>'), 'mallory@evil.test'],
  ['a colon in a name', from('From: alice <mallory@evil.test>'), null],
  ['an encoded name alone', from('=?utf-8?q?alice=40friend=2Eexample?='), null],
  ['an encoded mailbox alone', from('=?utf-8?b?PGFsaWNlQGZyaWVuZC5leGFtcGxlPg==?='), null],
  ['an encoded local part', from('=?utf-8?q?alice?=@friend.example'), null],
  ['an encoded address in angle brackets', from('<=?utf-8?q?alice=40friend=2Eexample=3E?=@evil.test>'), null],
  ['a quoted local part', from('"alice@friend.example"@evil.test'), null],
  ['a quoted local part with a bracket', from('<"alice@friend.example>"@evil.test>'), null],
  ['a route', from('<@friend.example:mallory@evil.test>'), null],
  ['the percent hack', from('alice%friend.example@evil.test'), 'alice%friend.example@evil.test'],
  ['two at signs', from('alice@friend.example@evil.test'), null],
  ['a NUL', from('alice@friend.example\0@evil.test'), null],
  ['a NUL in the name', from('"alice@friend.example\0" <mallory@evil.test>'), null],
  ['a bare CR', from('mallory@evil.test\rFrom: alice@friend.example'), null],
  ['a bare CR in another header', from('mallory@evil.test') + '\r\nX: y\rFrom: alice@friend.example', 'mallory@evil.test'],
  ['a bare CR above', 'X: y\rFrom: alice@friend.example\r\n' + from('mallory@evil.test'), null],
  ['a line of spaces above', 'X: y\r\n \r\n' + from('alice@friend.example'), null],
  ['a line that is no header above', 'no header\r\n' + from('alice@friend.example'), null],
  ['a line that is no header below', from('alice@friend.example') + '\r\n.evil.test', null],
  ['a folded name of the header', 'From\r\n : alice@friend.example', null],
  ['folded in the address', from('alice@friend.example\r\n .evil.test'), null],
  ['a zero-width space', from('alice\u200b@friend.example'), null],
  ['a soft hyphen', from('alice@fri\u00adend.example'), null],
  ['wide letters', from('alice@\uff46riend.example'), null],
  ['another full stop', from('alice@friend\u3002example'), null],
  ['the Kelvin sign', from('ma\u212ae@friend.example'), null],
  ['text turned around', from('"elpmaxe.dneirf@ecila \u202e" <mallory@evil.test>'), 'mallory@evil.test'],
  ['no From but a Sender', 'Sender: alice@friend.example', null],
  ['no From but a Reply-To', 'Reply-To: alice@friend.example', null],
  ['a Sender and a Reply-To beside', from('mallory@evil.test') + '\r\nSender: alice@friend.example\r\nReply-To: alice@friend.example', 'mallory@evil.test'],
  ['a Resent-From beside', from('mallory@evil.test') + '\r\nResent-From: alice@friend.example', 'mallory@evil.test'],
  ['nothing but a name', from('Alice'), null],
  ['an empty From', from(''), null],
  ['a From after the empty line', 'X: y\r\n\r\n' + from('alice@friend.example'), null]
]

t.test('every form: nobody, or Mallory under his own address', async (t) => {
  for (const [name, lines, address] of forgeries) {
    const raw = `${lines}\r\nTo: ada@example.org\r\nSubject: It is me\r\nReferences: <1@friend.example>\r\nMessage-ID: <f@evil.test>\r\n\r\nSend money.\r\n`
    for (const signed of [raw, await sign(raw)]) {
      const [message] = await parse(Buffer.from(signed), own) as [IncomingMessage]
      const proof = await prove(Buffer.from(signed), own, dns)
      t.equal(message.sender.address, address, name)
      t.equal(address === null ? ['unverified', 'conflicting'].includes(proof.level) : domainIs(address, 'evil.test'), true, `${name}: ${proof.level}`)
    }
  }
})

t.test('Alice\'s exact address, with everything but her key: not verified, and with a policy conflicting', async (t) => {
  const raw = `${from('Alice <alice@friend.example>')}\r\nTo: ada@example.org\r\nSubject: It is me\r\n\r\nSend money.\r\n`
  const extras = ['', 'Authentication-Results: mx.example.org; dmarc=pass header.from=friend.example\r\n', 'ARC-Authentication-Results: i=1; mx.example.org; dmarc=pass header.from=friend.example\r\n', 'Received-SPF: pass\r\n', 'Return-Path: <alice@friend.example>\r\n']
  const strict: Resolver = async (name, type) => name === '_dmarc.friend.example' ? [['v=DMARC1; p=reject']] : dns(name, type)
  for (const extra of extras) {
    for (const signed of [extra + raw, await sign(extra + raw), (await sign(extra + raw)).replace('d=evil.test', 'd=friend.example')]) {
      t.equal((await prove(Buffer.from(signed), own, dns)).level, 'weak', 'without a policy: ' + extra)
      t.equal((await prove(Buffer.from(signed), own, strict)).level, 'conflicting', 'with p=reject: ' + extra)
    }
  }
})

t.test('the control: Mallory as himself is verified', async (t) => {
  const raw = await sign(`${from('Alice <mallory@evil.test>')}\r\nTo: ada@example.org\r\n\r\nHello.\r\n`)
  t.equal((await prove(Buffer.from(raw), own, dns)).level, 'verified')
})

t.test('what our own scan of a damaged head takes for the sender, the MIME library finds too', async (t) => {
  const line = fc.constantFrom(
    'From: alice@friend.example', 'From: mallory@evil.test', 'From : alice@friend.example', 'FROM:alice@friend.example', 'From: "a" <alice@friend.example>', 'From: =?utf-8?q?a?= <alice@friend.example>',
    'from', 'From', 'From alice', 'From:', ' : x@evil.test', '\t', ' ', ' folded@evil.test', 'junk', 'Subject: x', 'To: ada@example.org', 'X: \rFrom: alice@friend.example', '\0', '', ': x', '\xa0 x'
  )
  const end = fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r')
  let strict = 0
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(line, end), { minLength: 1, maxLength: 6 }), async (lines) => {
    const raw = Buffer.from(lines.map((parts) => parts.join('')).join('') + 'To: ada@example.org\r\n\r\nHello.\r\n', 'latin1')
    const { sender: { address } } = readSender(scanHead(raw))
    if (address === null) return true
    strict++
    const [message] = await parse(raw, own) as [IncomingMessage]
    return message.sender.address === address
  }), { seed: 20260302, numRuns: 4000 })
  t.ok(strict > 100, `${strict} of 4000 had a strict sender`)
})

function domainIs(address: string, domain: string): boolean {
  return address.endsWith('@' + domain)
}

async function sign(raw: string): Promise<string> {
  const signature = { signingDomain: 'evil.test', selector: 's1', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, signTime: new Date(own.at) }
  const { signatures } = await dkimSign(raw, { ...signature, signatureData: [signature] })
  return signatures + raw
}
