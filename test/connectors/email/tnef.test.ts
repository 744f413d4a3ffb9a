import t from 'tap'
import { parse } from '../../../connectors/email/parse.ts'
import { readTnef } from '../../../connectors/email/tnef.ts'
import type { Context, IncomingMessage } from '../../../src/connector.ts'

const context: Context = { own: [], region: null, folder: { name: 'INBOX', role: 'inbox' }, authserv: null, at: 0 }

const u16 = (value: number) => Buffer.from([value & 255, value >> 8])
const u32 = (value: number) => { const bytes = Buffer.alloc(4); bytes.writeUInt32LE(value); return bytes }
/** One attribute ([MS-OXTNEF] section 2.1.2): its level, id and kind, its length, its data, a checksum. */
const attribute = (level: number, id: number, data: Buffer) => Buffer.concat([Buffer.from([level]), u16(id), u16(0), u32(data.length), data, u16(data.reduce((sum, byte) => sum + byte, 0) & 0xffff)])
const padded = (data: Buffer) => Buffer.concat([data, Buffer.alloc((4 - data.length % 4) % 4)])
const property = (type: number, id: number, data: Buffer) => Buffer.concat([u16(type), u16(id), u32(1), u32(data.length), padded(data)])
const wide = (text: string) => Buffer.from(text + '\0', 'utf16le')
const head = Buffer.concat([u32(0x223e9f78), u16(1)])
const stream = Buffer.concat([
  head,
  attribute(1, 0x9007, Buffer.concat([u32(1252), u32(0)])),
  attribute(1, 0x9003, Buffer.concat([u32(4), Buffer.concat([u16(3), u16(0x0e07), u32(1)]), property(0x102, 0x1013, Buffer.from('<p>Hello <b>Ada</b></p>')), Buffer.concat([u16(0x1f), u16(0x8001), Buffer.alloc(16), u32(1), u32(6), padded(wide('ab')), u32(1), u32(4), wide('x')]), property(0x1f, 0x1000, wide('Hello Ada'))])),
  attribute(2, 0x9002, Buffer.alloc(14)), attribute(2, 0x8010, Buffer.from('SHORT~1.TXT\0')), attribute(2, 0x800f, Buffer.from('the file')),
  attribute(2, 0x9005, Buffer.concat([u32(2), property(0x1f, 0x3707, wide('A long näme.txt')), property(0x1f, 0x370e, wide('text/plain'))])),
  attribute(2, 0x9002, Buffer.alloc(14)), attribute(2, 0x8010, Buffer.from('pict\xfcre.png\0', 'latin1')), attribute(2, 0x800f, Buffer.from('bytes'))
])

t.test('what Outlook packs is opened', async (t) => {
  const opened = readTnef(stream)
  t.match(opened, { text: 'Hello Ada', html: '<p>Hello <b>Ada</b></p>', parts: [{ filename: 'A long näme.txt', contentType: 'text/plain', inline: false }, { filename: 'pictüre.png' }] })
  t.same(opened?.parts.map(({ content }) => Buffer.from(content).toString()), ['the file', 'bytes'])
})

t.test('in a mail: its text where the mail has none, its files always', async (t) => {
  const mail = (text: string) => `From: alice@friend.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n${text}\n--b\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n${stream.toString('base64').replace(/.{76}/g, '$&\n')}\n--b--\n`
  const read = async (text: string) => (await parse(Buffer.from(mail(text)), context))[0] as IncomingMessage
  t.match(await read('In the mail'), { text: 'In the mail', attachments: [{ name: 'A long näme.txt' }, { name: 'pictüre.png' }] })
  t.match(await read(''), { text: 'Hello Ada', html: /<b>Ada/ })
})

t.test('damage: what comes before it stays, and nothing outside of it is read', async (t) => {
  t.equal(readTnef(Buffer.from('no TNEF at all')), null)
  t.equal(readTnef(Buffer.alloc(0)), null)
  for (let length = 6; length < stream.length; length++) {
    const opened = readTnef(stream.subarray(0, length))
    if (!opened) return t.fail(`cut at ${length}`)
    if (length > 400 && opened.text !== 'Hello Ada') return t.fail(`cut at ${length}: ${JSON.stringify(opened.text)}`)
  }
  let seed = 7
  const next = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below
  for (let round = 0; round < 3000; round++) {
    const bytes = Buffer.from(stream)
    for (let changes = 0; changes < 4; changes++) bytes[6 + next(bytes.length - 6)] = next(256)
    readTnef(bytes)
  }
  t.equal(readTnef(Buffer.concat([head, Buffer.alloc(1024 * 1024, 0xff)]))?.parts.length, 0)
  const many = readTnef(Buffer.concat([head, ...Array.from({ length: 2000 }, () => attribute(2, 0x9002, Buffer.alloc(0)))]))
  t.equal(many?.parts.length, 500)
  t.match(await parse(Buffer.from('From: alice@friend.example\nContent-Type: application/ms-tnef; name=winmail.dat\n\nnonsense'), context), [{ attachments: [{ name: 'winmail.dat' }] }], 'what cannot be opened is a file')
})
