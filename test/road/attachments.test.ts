import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync, crc32 } from 'node:zlib'
import sharp from 'sharp'
import t from 'tap'
import { parse } from '../../connectors/email/parse.ts'
import { failureOf } from '../fixtures/client.ts'
import type { Client } from '../fixtures/client.ts'
import { openHouse } from '../fixtures/house.ts'
import type { House } from '../fixtures/house.ts'
import { tempFolder } from '../fixtures/store.ts'

type Attachment = { id: string, name: string, contentType: string, size: number, warning?: string, thumbnail?: { id: string, width: number, height: number } }
type Message = { id: string, subject: string, attachments: Attachment[], rev: number }
type File = { name: string, type: string, bytes: Uint8Array }

const picture = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: { r: 20, g: 90, b: 90 } } })

function mail(subject: string, files: File[]): string {
  const parts = files.map(({ name, type, bytes }) => `--b\r\nContent-Type: ${type}\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(bytes).toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`)
  return `From: Alice <alice@friend.example>\r\nTo: ada@example.org\r\nSubject: ${subject}\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <${subject}@friend.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee the files.\r\n${parts.join('')}--b--\r\n`
}

async function take(house: House, folder: string, name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text)
  await house.app.admin.importFiles({ user: 'ada', own: ['ada@example.org'], paths: [join(folder, name)] }, { progress: () => {}, signal: new AbortController().signal })
}

async function messages(client: Client): Promise<Message[]> {
  const { items } = await client.call<{ items: { id: string }[] }>('conversation.list', { folder: 'other' })
  return (await Promise.all(items.map(({ id }) => client.call<{ items: Message[] }>('message.list', { conversationId: id })))).flatMap((page) => page.items)
}

async function link(client: Client, house: House, id: string): Promise<string> {
  return house.app.url + (await client.call<{ path: string }>('blob.url', { id })).path
}

/** A picture of 40,000 x 40,000 points in a few kilobytes (PNG, ISO 15948). */
function bomb(): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const around = Buffer.alloc(8)
    around.writeUInt32BE(data.length)
    around.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(40_000)
  head.writeUInt32BE(40_000, 4)
  head.set([8, 2], 8)
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.alloc(4_000_000))), chunk('IEND', Buffer.alloc(0))])
}

t.test('what is in a file is held against what it says; pictures get a small one; players ask for parts', async (t) => {
  const house = await openHouse(t)
  const client = await house.client()
  const folder = await tempFolder(t)
  const photo = await picture(1200, 800).jpeg().toBuffer()
  const program = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), Buffer.alloc(600)])
  const voice = Buffer.concat([Buffer.from('OggS\0\x02\0\0\0\0\0\0\0\0', 'latin1'), Buffer.alloc(14), Buffer.from('OpusHead'), Buffer.alloc(5000, 7)])
  await take(house, folder, 'files.eml', mail('files', [
    { name: 'lake.jpg', type: 'image/jpeg', bytes: photo },
    { name: 'bill.pdf', type: 'application/pdf', bytes: program },
    { name: 'scan', type: 'application/octet-stream', bytes: photo },
    { name: 'report.pdf', type: 'application/pdf', bytes: photo },
    { name: 'voice.ogg', type: 'audio/ogg', bytes: voice },
    { name: 'notes.txt', type: 'text/plain', bytes: Buffer.from('only words') },
    { name: 'picture.svg', type: 'image/svg+xml', bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>') }
  ]))
  await client.until(() => client.events.filter(({ type, data }) => type === 'message.changed' && (data?.['attachments'] as Attachment[])?.filter(({ thumbnail }) => thumbnail).length === 2).length > 0, 60_000)
  const [message] = await messages(client)
  const by = Object.fromEntries(message!.attachments.map((one) => [one.name, one]))
  t.match(by['lake.jpg'], { contentType: 'image/jpeg', warning: undefined, thumbnail: { width: 480, height: 320 } })
  t.match(by['scan'], { contentType: 'image/jpeg', warning: undefined, thumbnail: { width: 480 } }, 'a vague claim is made good')
  t.match(by['bill.pdf']!.warning, /says that it is a document, but it is a program/)
  t.match(by['report.pdf']!.warning, /says that it is a document, but what is in it is a picture \(jpg\)/)
  for (const name of ['voice.ogg', 'notes.txt', 'picture.svg']) t.same([by[name]!.warning, by[name]!.thumbnail], [undefined, undefined], name)

  const small = await fetch(await link(client, house, by['lake.jpg']!.thumbnail!.id))
  t.equal(small.headers.get('content-type'), 'image/webp')
  const { width, height, format } = await sharp(Buffer.from(await small.arrayBuffer())).metadata()
  t.same([width, height, format], [480, 320, 'webp'])

  const bill = await fetch(await link(client, house, by['bill.pdf']!.id))
  t.equal(bill.headers.get('content-type'), 'application/octet-stream', 'what is not what it says is handed out as nothing in particular')
  t.match(bill.headers.get('content-disposition'), /^attachment; filename="bill\.pdf"/)
  t.match(bill.headers.get('content-security-policy'), /^sandbox; default-src 'none'/)
  t.equal(bill.headers.get('x-content-type-options'), 'nosniff')

  const { path, expiresAt } = await client.call<{ path: string, expiresAt: string }>('blob.url', { id: by['voice.ogg']!.id })
  t.ok(Date.parse(expiresAt) - Date.now() > 3_600_000, 'a link to sound lasts while it plays')
  const part = async (range: string) => {
    const answer = await fetch(house.app.url + path, { headers: { range } })
    return [answer.status, answer.headers.get('content-range'), Buffer.from(await answer.arrayBuffer()).length]
  }
  const { length } = voice
  t.same(await part('bytes=0-'), [206, `bytes 0-${length - 1}/${length}`, length])
  t.same(await part('bytes=10-19'), [206, `bytes 10-19/${length}`, 10])
  t.same(await part('bytes=-5'), [206, `bytes ${length - 5}-${length - 1}/${length}`, 5])
  t.same(await part(`bytes=${length - 2}-99999`), [206, `bytes ${length - 2}-${length - 1}/${length}`, 2])
  t.equal((await part(`bytes=${length}-`))[0], 416)
  t.same(await part('bytes=9-1'), [200, null, length])
  t.same(await part('bytes=0-1,4-5'), [200, null, length], 'several parts at once: all of it')
  const middle = await fetch(house.app.url + path, { headers: { range: 'bytes=28-35' } })
  t.equal(await middle.text(), 'OpusHead')
})

t.test('hostile pictures harm nobody, and those after them get their small ones', { timeout: 280_000 }, async (t) => {
  const house = await openHouse(t)
  const client = await house.client()
  const folder = await tempFolder(t)
  const good = await picture(100, 60).png().toBuffer()
  const noise = Buffer.from(good)
  for (let i = 40; i < noise.length; i++) noise[i] = (i * 7919) & 255
  await take(house, folder, 'hostile.eml', mail('hostile', [
    { name: 'bomb.png', type: 'image/png', bytes: bomb() },
    { name: 'cut.jpg', type: 'image/jpeg', bytes: (await picture(800, 800).jpeg().toBuffer()).subarray(0, 900) },
    { name: 'noise.png', type: 'image/png', bytes: noise },
    { name: 'drawing.png', type: 'image/png', bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9999" height="9999"><image href="file:///etc/passwd"/></svg>') },
    { name: 'empty.png', type: 'image/png', bytes: Buffer.alloc(0) },
    { name: 'good.png', type: 'image/png', bytes: good }
  ]))
  await client.until(() => client.events.some(({ type, data }) => type === 'message.changed' && (data?.['attachments'] as Attachment[])?.some(({ thumbnail }) => thumbnail)), 60_000)
  const [message] = await messages(client)
  t.same(message!.attachments.filter(({ thumbnail }) => thumbnail).map(({ name }) => name), ['good.png'])
  t.same(message!.attachments.at(-1)!.thumbnail, { id: message!.attachments.at(-1)!.id.replace('b', 't'), width: 100, height: 60 }, 'never made larger')
  await house.restart()
  const again = await house.client()
  t.same((await messages(again))[0]!.rev, message!.rev, 'nothing is made twice')
})

t.test('another user gets none of them', async (t) => {
  const house = await openHouse(t)
  const folder = await tempFolder(t)
  await house.addUser('mallory')
  // Both are here before the picture is made smaller: its event is for whoever is.
  const [ada, mallory] = [await house.client(), await house.client('mallory')]
  await take(house, folder, 'one.eml', mail('one', [{ name: 'a.png', type: 'image/png', bytes: await picture(50, 50).png().toBuffer() }]))
  await ada.until(() => ada.events.some(({ type }) => type === 'message.changed'), 60_000)
  const [message] = await messages(ada)
  for (const id of ['b', 't', 'r', 'h', 'p', 's'].map((kind) => kind + message!.attachments[0]!.id.slice(1))) {
    t.equal((await failureOf(mallory.call('blob.url', { id }))).kind, 'not_found', id)
  }
})

t.test('a large file goes to the disk in pieces, and is handed out as it came', async (t) => {
  const house = await openHouse(t)
  const client = await house.client()
  const folder = await tempFolder(t)
  const film = randomBytes(5_000_000)
  await take(house, folder, 'film.eml', mail('film', [{ name: 'film.mp4', type: 'video/mp4', bytes: film }, { name: 'note.txt', type: 'text/plain', bytes: Buffer.from('small') }]))
  const [message] = await messages(client)
  t.same(message!.attachments.map(({ name, size }) => [name, size]), [['film.mp4', film.length], ['note.txt', 5]])
  const answer = await fetch(await link(client, house, message!.attachments[0]!.id))
  t.ok(Buffer.from(await answer.arrayBuffer()).equals(film))
  t.same(readdirSync(join(house.folder, 'blobs/partial')), [], 'nothing is left half written')
})

t.test('a file of 60 MB is never in memory as a whole while its mail is taken apart', { timeout: 280_000 }, async (t) => {
  const spool = await tempFolder(t)
  const line = randomBytes(57).toString('base64') + '\r\n'
  const size = 57 * 18_396 * 60
  const raw = Buffer.from(mail('large', []).replace('--b--', `--b\r\nContent-Type: video/mp4\r\nContent-Disposition: attachment; filename="film.mp4"\r\nContent-Transfer-Encoding: base64\r\n\r\n${line.repeat(18_396 * 60)}--b--`))
  const before = process.memoryUsage.rss()
  let most = before
  const look = setInterval(() => { most = Math.max(most, process.memoryUsage.rss()) }, 5)
  const [message] = await parse(raw, { own: [], region: null, folder: null, authserv: null, at: 0, spool })
  clearInterval(look)
  most = Math.max(most, process.memoryUsage.rss())
  t.match(message, { type: 'message', attachments: [{ name: 'film.mp4', file: { size } }] })
  t.ok(most - before < size / 2, `the process grew by ${Math.round((most - before) / 2 ** 20)} MB`)
})
