import t from 'tap'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from '../../../connectors/email/parse.ts'
import { readDate } from '../../../connectors/email/date.ts'
import { decodeWords } from '../../../connectors/email/words.ts'
import type { Context, IncomingMessage } from '../../../src/connector.ts'

const here = dirname(fileURLToPath(import.meta.url))
const fixtures = join(here, 'fixtures')
const corpora = process.env['KINBOX_CORPORA'] ?? join(here, '../../../../shared/corpora')
const context: Context = { own: [{ kind: 'email', address: 'ada@example.org' }], region: null, folder: { name: 'INBOX', role: 'inbox' }, authserv: null, at: 0 }

t.test('fixtures', async (t) => {
  for (const file of readdirSync(fixtures).filter((name) => name.endsWith('.eml'))) {
    const expected: unknown = JSON.parse(readFileSync(join(fixtures, file.replace('.eml', '.expected.json')), 'utf8'))
    const incoming = await parse(readFileSync(join(fixtures, file)), context)
    t.same(incoming.map((one) => one.type === 'message' ? written(one) : one), Array.isArray(expected) ? expected : [expected], file)
  }
})

t.test('the direction', async (t) => {
  const sent: Context = { ...context, folder: { name: 'Sent', role: 'sent' } }
  const cases: [string, string, Context, 'in' | 'out'][] = [
    ['own mail in Sent', 'Ada <ADA@Example.org>', sent, 'out'],
    ['own mail in the inbox', 'ada@example.org', context, 'in'],
    ['somebody else\'s mail in Sent', 'alice@friend.example', sent, 'in'],
    ['a From in Sent that is not strict', 'ada@example.org (x)', sent, 'in']
  ]
  for (const [name, from, where, direction] of cases) {
    t.equal((await read(Buffer.from(`From: ${from}\r\nTo: bob@friend.example\r\n\r\nHello\r\n`), where)).direction, direction, name)
  }
})

t.test('the separator of an mbox file is no header', async (t) => {
  const message = await read(Buffer.from('From mallory@evil.test Mon Mar  2 00:00:00 2026\nFrom: alice@friend.example\n\nHello\n'))
  t.match(message, { text: 'Hello', sender: { address: 'alice@friend.example' } })
})

t.test('everything is bounded', async (t) => {
  const head = 'From: alice@friend.example\r\nTo: ada@example.org\r\n'
  const long = await read(Buffer.from(`${head}Subject: ${'s'.repeat(5000)}\r\n\r\n${'word '.repeat(300_000)}`))
  t.equal(long.text.length <= 1024 * 1024 && long.text.endsWith('The original mail holds all of it.]'), true, 'text')
  t.equal(long.subject?.length, 1000, 'subject')

  const page = await read(Buffer.from(`${head}Content-Type: text/html\r\n\r\n${'<p>word</p>'.repeat(300_000)}`))
  t.equal(page.html!.length <= 2 * 1024 * 1024 && page.text.startsWith('word'), true, 'html')

  const parts = Array.from({ length: 600 }, (_, n) => `--b\r\nContent-Disposition: attachment; filename=${n}.txt\r\n\r\n${n}\r\n`).join('')
  const many = await read(Buffer.from(`${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText\r\n${parts}--b--\r\n`))
  t.same([many.attachments.length, many.text], [500, 'Text\n\n[100 further attachments are in the original mail only.]'], 'attachments')

  const filler = Array.from({ length: 4000 }, (_, n) => `X-Filler-${n}: ${'x'.repeat(70)}\r\n`).join('')
  t.match(await read(Buffer.from(`${head}Subject: Huge\r\n${filler}\r\nBelow.`)), { subject: 'Huge', text: 'Below.', sender: { address: null, raw: 'alice@friend.example' } }, 'a head too long to be read to its end may hold a second From')

  const bomb = await read(Buffer.from(`${head}Subject: Bomb\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText\r\n${'--b\r\nContent-Type: image/png\r\n\r\nx\r\n'.repeat(200_000)}`))
  t.match(bomb, { subject: 'Bomb', sender: { address: 'alice@friend.example' }, text: /^Text\n\n\[199500 further attachments/, attachments: { length: 500 }, unreadable: undefined }, 'a bomb of parts')

  const crowd = Array.from({ length: 2000 }, (_, n) => `p${n}@friend.example`).join(',\r\n ')
  const ids = Array.from({ length: 300 }, (_, n) => `<${n}@friend.example>`).join('\r\n ')
  const wide = await read(Buffer.from(`${head}Cc: ${crowd}\r\nReferences: ${ids}\r\nIn-Reply-To: <299@friend.example>\r\nMessage-ID: <${'x'.repeat(300)}@friend.example>\r\n\r\nHello\r\n`))
  t.equal(wide.recipients.length, 500, 'recipients')
  t.same([wide.references.length, wide.references[0], wide.references[1], wide.references.at(-1)], [101, '0@friend.example', '200@friend.example', '299@friend.example'], 'references')
  t.equal(wide.messageId, undefined, 'a Message-ID beyond reason')
})

t.test('dates', async (t) => {
  const noon = Date.UTC(2026, 2, 2, 12)
  const cases: [string, number | undefined][] = [
    ['Mon, 2 Mar 2026 12:00:00 +0000', noon],
    ['2 Mar 2026 13:30 +0130', noon],
    ['Mon, 02 Mar 2026 07:00:00 EST', noon],
    ['Mon, 02-Mar-26 12:00:00 GMT', noon],
    ['Mon, 2 Mar 2026 12:00:00', noon],
    ['Mon, 2 Mar 2026 04:00:00 -0800 (PST)', noon],
    ['Mon, 2 Mar 99 12:00:00 Z', Date.UTC(1999, 2, 2, 12)],
    ['yesterday', undefined],
    ['Mon, 2 Foo 2026 12:00:00 +0000', undefined],
    ['Mon, 2 Mar 2026 99:00:00 +0000', undefined],
    ['', undefined]
  ]
  for (const [text, expected] of cases) t.equal(readDate(text), expected, text)
})

t.test('encoded words', async (t) => {
  const cases: [string, string][] = [
    ['=?UTF-8?Q?a=C3=A4?=', 'aä'],
    ['=?utf-8*de?q?a_b?= c', 'a b c'],
    ['=?utf-8?q?a?= =?utf-8?q?b?=', 'ab'],
    ['=?utf-8?q?a?= b =?utf-8?q?c?=', 'a b c'],
    ['=?gb2312?B?xOO6ww==?=', '你好'],
    ['=?cp1252?Q?=80?=', '€'],
    ['=?none?Q?=E4?=', 'ä'],
    ['=?utf-8?x?a?=', '=?utf-8?x?a?='],
    ['=?', '=?']
  ]
  for (const [text, expected] of cases) t.equal(decodeWords(text), expected, text)
})

const without = existsSync(corpora) ? {} : { skip: 'KINBOX_CORPORA: no folder of real mail' }

t.test('real mail: a list and delivery reports', without, async (t) => {
  const list = readFileSync(join(corpora, 'mailing-list/500.mbox'), 'latin1').split(/^From [^\n]*\n/m).filter((text) => text !== '')
  let strict = 0
  for (const text of list) {
    const message = await read(Buffer.from(text, 'latin1'))
    if (message.sender.address !== null && message.sentAt !== undefined && message.messageId !== undefined && message.unreadable === undefined) strict++
  }
  t.equal(strict / list.length >= 0.99, true, `${strict} of ${list.length} with a strict sender, a date and an id`)

  let automatic = 0
  const reports = readdirSync(join(corpora, 'bounces'))
  for (const file of reports) if ((await read(readFileSync(join(corpora, 'bounces', file)))).automatic) automatic++
  t.equal(automatic / reports.length >= 0.9, true, `${automatic} of ${reports.length} delivery reports known as automatic`)
})

async function read(raw: Uint8Array, where = context): Promise<IncomingMessage> {
  const incoming = await parse(raw, where)
  const [message] = incoming
  if (message?.type !== 'message' || incoming.slice(1).some(({ type }) => type !== 'receipt')) throw new Error('a mail is one message')
  return message
}

/** As it stands in the expected files: contents of attachments as text, where they are. */
function written(message: IncomingMessage): unknown {
  const attachments = message.attachments.map(({ content, ...rest }) => ({ ...rest, content: Buffer.from(content).toString('latin1') }))
  return JSON.parse(JSON.stringify({ ...message, attachments }))
}
