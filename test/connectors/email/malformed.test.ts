import t from 'tap'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import addressparser from 'nodemailer/lib/addressparser'
import { scanHead } from '../../../connectors/email/head.ts'
import { readBody } from '../../../connectors/email/mime.ts'
import { parse } from '../../../connectors/email/parse.ts'
import { readParameters } from '../../../connectors/email/parameters.ts'
import { decodeText } from '../../../connectors/email/charset.ts'
import { flowed } from '../../../connectors/email/flowed.ts'
import { transferredWhole } from '../../../connectors/email/transfer.ts'
import { openParsePool } from '../../../src/accounts/parse-pool.ts'
import { canonicalEmail } from '../../../src/connector.ts'
import type { Context, IncomingMessage } from '../../../src/connector.ts'

const corpora = process.env['KINBOX_CORPORA'] ?? join(import.meta.dirname, '../../../../shared/corpora')
const context: Context = { own: [{ kind: 'email', address: 'ada@example.org' }], region: null, folder: { name: 'INBOX', role: 'inbox' }, authserv: null, at: 0 }
const head = 'From: alice@friend.example\r\nTo: ada@example.org\r\nSubject: Trip\r\n'

async function read(mail: string | Uint8Array): Promise<IncomingMessage> {
  const [message] = await parse(typeof mail === 'string' ? Buffer.from(mail, 'latin1') : mail, context)
  if (message?.type !== 'message') throw new Error('a mail is a message')
  return message
}

t.test('damage is read around', async (t) => {
  const cases: [name: string, mail: string, expected: Partial<IncomingMessage>][] = [
    ['no end of a multipart', `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n`, { text: 'Hello' }],
    ['a multipart without parts', `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\nHello\r\n`, { text: 'Hello' }],
    ['a multipart without a boundary', `${head}Content-Type: multipart/mixed\r\n\r\nHello\r\n`, { text: 'Hello' }],
    ['a multipart in base64', `${head}Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from('--b\r\n\r\nHello\r\n--b--\r\n').toString('base64')}`, { text: 'Hello' }],
    ['an inner multipart without an end', `${head}Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--a\r\n\r\nAda\r\n--a--\r\n`, { text: 'Hello\n\nAda' }],
    ['blanks behind a delimiter', `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b \t\r\n\r\nHello\r\n--b-- \r\nepilogue`, { text: 'Hello' }],
    ['a boundary that begins another', `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n--bb\r\nHello\r\n--b--`, { text: '--bb\nHello' }],
    ['a type that is none', `${head}Content-Type: plain\r\n\r\nHello\r\n`, { text: 'Hello' }],
    ['bare CR', 'From: alice@friend.example\nSubject: Trip\n\nHello\rAda\r', { text: 'Hello\nAda' }],
    ['undeclared UTF-8', `${head}\r\nGr\xc3\xbc\xc3\x9fe`, { text: 'Grüße' }],
    ['undeclared Windows-1252', `${head}\r\nGr\xfc\xdfe \x80`, { text: 'Grüße €' }],
    ['UTF-8 labelled as Western', `${head}Content-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\xc3\xbc\xc3\x9fe`, { text: 'Grüße' }],
    ['Western labelled as UTF-8', `${head}Content-Type: text/plain; charset=utf-8\r\n\r\nGr\xfc\xdfe`, { text: 'Grüße' }],
    ['8 bit labelled as ASCII', `${head}Content-Type: text/plain; charset=us-ascii\r\n\r\nGr\xc3\xbc\xc3\x9fe`, { text: 'Grüße' }],
    ['a charset nobody knows', `${head}Content-Type: text/plain; charset=x-martian\r\n\r\nGr\xfc\xdfe`, { text: 'Grüße' }],
    ['KOI8-R', `${head}Content-Type: text/plain; charset=koi8-r\r\n\r\n\xf0\xd2\xc9\xd7\xc5\xd4`, { text: 'Привет' }],
    ['UTF-7', `${head}Content-Type: text/plain; charset=utf-7\r\n\r\nGr+APwA3w-e 1 +- 1`, { text: 'Grüße 1 + 1' }],
    ['base64 with damage', `${head}Content-Transfer-Encoding: base64\r\n\r\nSGVs*bG8=\r\nIEFkYQ==\r\n`, { text: 'Hello Ada' }],
    ['quoted-printable with damage', `${head}Content-Transfer-Encoding: quoted-printable\r\n\r\nA =ZZ b=\r\n c =3D d   \r\ne=`, { text: 'A =ZZ b c = d\ne' }],
    ['several texts', `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Ada</p>\r\n--b--`, { text: 'Hello\n\nAda' }],
    ['HTML without an end', `${head}Content-Type: text/html\r\n\r\n<div><p>Hello`, { text: 'Hello' }]
  ]
  for (const [name, mail, expected] of cases) t.match(await read(mail), expected, name)
})

t.test('names of files', async (t) => {
  const cases: [written: string, name: string][] = [
    ['attachment; filename="a b.txt"', 'a b.txt'], ['attachment; filename=a b.txt', 'a b.txt'], ['attachment; filename="a;b.txt"', 'a;b.txt'], ['attachment; filename="a \\"b\\".txt"', 'a "b".txt'],
    ["attachment; filename*=utf-8'de'Gr%C3%BC%C3%9Fe.txt", 'Grüße.txt'], ["attachment; filename*0*=iso-8859-1''Gr%FC; filename*1*=%DF; filename*2=e.txt", 'Grüße.txt'],
    ["attachment; filename*1=two.txt; filename*0=one-", 'one-two.txt'], ['attachment; filename="=?utf-8?Q?Gr=C3=BC=C3=9Fe?=.txt"', 'Grüße.txt'], ["attachment; filename=plain.txt; filename*=utf-8''gr%C3%BCn.txt", 'grün.txt'],
    ['attachment; filename="open', 'open'], ['attachment; filename', ''], ['attachment; filename=', ''], [`attachment; ${'x=1;'.repeat(1000)}filename=late`, '']
  ]
  for (const [written, name] of cases) t.equal(readParameters(written).params.get('filename') ?? '', name, written.slice(0, 80))
})

t.test('charsets by their labels', async (t) => {
  t.equal(decodeText(Buffer.from('93fa967b', 'hex'), 'cp932'), '日本')
  t.equal(decodeText(Buffer.from('c4e3bac3', 'hex'), 'GB2312'), '你好')
  t.equal(decodeText(Buffer.from('80', 'hex'), 'cp1252'), '€')
  t.equal(decodeText(Buffer.from('1b2442382c1b2842', 'hex'), 'ISO-2022-JP'), '謙')
  t.equal(decodeText(Buffer.from('ab', 'hex'), '"ISO_8859-7"'), '«')
  t.equal(decodeText(Buffer.from('a0e2', 'hex'), 'cp866'), 'ат')
})

t.test('flowed text', async (t) => {
  t.equal(flowed('Hello \nAda\n> a \n> b\n  x\n-- \nAlice', false), 'Hello Ada\n> a \n> b\n x\n-- \nAlice')
  t.equal(flowed('Hel \nlo', true), 'Hello')
})

t.test('base64 of many megabytes', async (t) => {
  const bytes = Buffer.alloc(5 * 1024 * 1024, 'Kinbox')
  const written = Buffer.from(bytes.toString('base64').replace(/.{76}/g, '$&\r\n'))
  t.equal(transferredWhole(written, 'base64').equals(bytes), true)
  const message = await read(Buffer.concat([Buffer.from(`${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n`), written, Buffer.from('\r\n--b--\r\n')]))
  t.equal(Buffer.from(message.attachments[0]!.content).equals(bytes), true)
})

t.test('nothing ends the process', async (t) => {
  const pool = openParsePool({ folders: [join(import.meta.dirname, '../../../connectors')], size: 1, timeoutMs: 60_000 })
  t.teardown(() => pool.close())
  const nested = (depth: number, type: string) => Array.from({ length: depth }, (_, n) => `Content-Type: ${type === 'mail' ? 'message/rfc822' : `multipart/mixed; boundary=b${n}`}\r\n\r\n${type === 'mail' ? 'Subject: x\r\n' : `--b${n}\r\n`}`).join('')
  const cases: [name: string, mail: string][] = [
    ['multiparts nested deeply', `${head}${nested(20_000, 'parts')}\r\nHello`],
    ['mails nested deeply', `${head}${nested(20_000, 'mail')}\r\nHello`],
    ['a million addresses', `${head}Cc: ${'a@friend.example, '.repeat(1_000_000)}\r\n\r\nHello`],
    ['200,000 parts', `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(200_000)}--b--`],
    ['a giant field', `${head}X-Long: ${'x'.repeat(20_000_000)}\r\n\r\nHello`],
    ['a giant folded field', `${head}X-Long: ${'x\r\n '.repeat(2_000_000)}\r\n\r\nHello`],
    ['200,000 fields', `${head}${'X: y\r\n'.repeat(200_000)}\r\nHello`],
    ['a giant head that is damaged', `${head}no field\r\n${`To: ${'a:'.repeat(50_000)}\r\n`.repeat(20)}\r\nHello`],
    ['nested groups', `${head}To: ${'a:'.repeat(50_000)}\r\n\r\nHello`],
    ['nested comments', `${head}To: ${'('.repeat(100_000)}\r\n\r\nHello`],
    ['open encoded words', `From: alice@friend.example\r\nSubject: ${'=?utf-8?q?'.repeat(20_000)}\r\n\r\nHello`],
    ['open quotes', `${head}To: ${'"'.repeat(100_000)}\r\n\r\nHello`],
    ['deep HTML', `${head}Content-Type: text/html\r\n\r\n${'<div>'.repeat(50_000)}Hello`],
    ['a deep table', `${head}Content-Type: text/html\r\n\r\n${'<table><tr><td>'.repeat(20_000)}Hello`],
    ['white space', `${head}\r\nHello${' '.repeat(500_000)}x\n${'\n'.repeat(500_000)}`],
    ['quotes and signatures', `${head}\r\nHello\n${'> q\n-- \nwrote:\n'.repeat(50_000)}`],
    ['an empty head', `${'\r\n'.repeat(100_000)}${head}\r\nHello`],
    ['delimiters alone', `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n'.repeat(500_000)}`],
    ['parameters without end', `${head}Content-Type: text/plain; ${'a*0=b;'.repeat(100_000)}\r\n\r\nHello`],
    ['a calendar of many events', `${head}Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n${'BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\n'.repeat(20_000)}END:VCALENDAR`]
  ]
  for (const [name, mail] of cases) {
    const [message] = await pool.parse('email', Buffer.from(mail, 'latin1'), context)
    t.match(message, { type: 'message' }, name)
    t.equal((message as IncomingMessage).unreadable, undefined, `${name}: readable`)
  }
})

const without = existsSync(join(corpora, 'mime.jsonl')) ? {} : { skip: 'KINBOX_CORPORA: no folder of real mail' }
const flat = (text: string | undefined) => (text ?? '').replace(/\s+/g, ' ').trim()
const whole = ({ text, quoted, original }: IncomingMessage) => flat(original ?? [text, quoted].filter((part) => part !== undefined).join('\n'))

t.test('real mail: as three other programs read it', without, async (t) => {
  const rows = readFileSync(join(corpora, 'mime.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { id: string, eml: string, consensus: { subject?: string, from?: string[], ts?: number, first_text_plain?: string } })
  const share: Record<string, [right: number, all: number]> = {}
  const count = (id: string, of: string, right: boolean) => {
    const counted = share[of] ??= [0, 0]
    counted[1]++
    if (right) counted[0]++
    else t.comment(`${of}: ${id}`)
  }
  let wrong = 0
  for (const { id, eml, consensus: { subject, from, ts, first_text_plain: first } } of rows) {
    const raw = readFileSync(join(corpora, eml))
    // One case lies beside another's file: its sender is nowhere in it.
    if (from?.[0] !== undefined && !raw.toString().toLowerCase().includes(from[0].toLowerCase())) {
      t.comment(`another file: ${id}`)
      continue
    }
    const message = await read(raw)
    if (subject !== undefined) count(id, 'subject', flat(message.subject) === flat(subject))
    if (ts !== undefined) count(id, 'date', message.sentAt !== undefined && Math.floor(message.sentAt / 1000) === ts)
    // Where its address is not believed, the sender is shown as it was written.
    const shown = message.sender.address ?? (addressparser(message.sender.raw, { flatten: true })[0]?.address ?? '')
    if (from !== undefined) count(id, 'from', from.length === 0 ? shown === '' : canonical(shown) === canonical(from[0]!))
    if (from?.length === 1 && message.sender.address !== null && message.sender.address !== canonical(from[0]!)) wrong++
    if (first === undefined) continue
    // Programs that show the first text only are not followed in that: the others are shown below it.
    const { text, html } = await readBody(raw, 500, undefined, scanHead(raw))
    count(id, 'text', whole(message) === flat(first) || (text !== '' || html !== '') && whole(message).includes(flat(first)))
  }
  const [right, all] = Object.values(share).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0])
  t.comment(JSON.stringify(share))
  t.equal(right / all >= 0.995, true, `${right} of ${all} values`)
  // One file of these puts its head below damage.
  t.equal(wrong <= 1, true, `another sender than they read: ${wrong}`)
})

const canonical = (address: string) => canonicalEmail(address) ?? address.toLowerCase()

t.test('real mail: every mail of a list is shown', existsSync(join(corpora, 'mailing-list/5000.mbox.gz')) ? {} : { skip: 'KINBOX_CORPORA: no mailing list' }, async (t) => {
  const mails = gunzipSync(readFileSync(join(corpora, 'mailing-list/5000.mbox.gz'))).toString('latin1').split(/^From mboxrd@z.*\n/m).slice(1)
  const bad: string[] = []
  for (const [at, mail] of mails.entries()) {
    const message = await read(mail)
    if (message.unreadable !== undefined || message.text === '' && message.attachments.length === 0 && /\n\n\s*\S/.test(mail)) bad.push(String(at))
  }
  // One of them has nothing in its parts but empty lines.
  t.equal(bad.length <= 1, true, `nothing to see in ${bad.join(' ')} of ${mails.length}`)
})
