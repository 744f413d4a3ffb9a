import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { kinbox } from '../fixtures/terminal.ts'
import { openStage } from '../api/methods/stage.ts'
import type { Contact, Message, Page } from '../api/methods/stage.ts'

t.test('kinbox export: everything, or all of one person, in open formats', async (t) => {
  const { house, call, writes, texts } = await openStage(t)
  const alice = await writes('Alice <alice@friend.example>', 'hello; with a file', { attachments: [{ name: '../map.txt', contentType: 'text/plain', text: 'a map' }] })
  const bob = await writes('Bob <bob@friend.example>', `long ${'x'.repeat(20_000)}`)
  await texts('+15005550007', 'by phone')
  await call('contact.put', { id: alice.sender.contactId, name: 'Alice; Example', notes: `climbs,\nand ${'ä'.repeat(60)}` })
  await call('contact.block', { id: bob.sender.contactId, blocked: true })
  await call('conversation.update', { id: alice.conversationId, archived: true })
  const run = (...args: string[]) => kinbox(house.folder, ['export', ...args], { env: { KINBOX_URL: house.app.url, KINBOX_TOKEN: token } })
  const token = await house.token()
  const at = join(house.folder, 'taken')

  const done = await run(at)
  t.match(done, { code: 0, out: /^3 messages, 3 people and 4 files lie in / }, done.err)
  const read = async (name: string) => (await readFile(join(at, name), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as unknown)
  t.same(((await read('messages.jsonl')) as Message[]).map(({ text }) => text.slice(0, 8)).sort(), ['by phone', 'hello; w', 'long xxx'], 'archived and blocked ones, too')
  t.equal(((await read('messages.jsonl')) as Message[]).find(({ id }) => id === bob.id)!.text.length, 20_005, 'whole')
  t.equal(((await read('conversations.jsonl')) as object[]).length, 3)
  t.same((await readdir(join(at, 'files'))).map((name) => name.replace(/^b\d+/, '')), ['-__map.txt'], 'a name leads nowhere else')
  t.match(await readdir(join(at, 'originals')), [`${alice.id}.eml`, `${bob.id}.eml`, /\.txt$/])
  t.match(JSON.parse(await readFile(join(at, 'settings.json'), 'utf8')), { inboxFor: 'basic' })
  const cards = await readFile(join(at, 'people.vcf'), 'utf8')
  t.ok(cards.split('\r\n').every((line) => Buffer.byteLength(line) <= 75))
  const { id: blobId } = await call<{ id: string }>('blob.create', { name: 'people.vcf', contentType: 'text/vcard', base64: Buffer.from(cards).toString('base64') })
  t.match(await call('contact.import', { blobId }), { people: 3, left: [] }, 'what is taken along can be taken in')
  t.match((await call<Page<Contact>>('contact.list')).items.find(({ id }) => id === alice.sender.contactId), { name: 'Alice; Example', notes: `climbs,\nand ${'ä'.repeat(60)}` })

  t.match(await run(at), { code: 2, err: /is not empty: name a folder that is new or empty/ })
  t.match(await run('--person', 'nobody@friend.example', join(house.folder, 'b')), { code: 1, err: /Nobody with the address nobody@friend\.example is known/ })
  t.match(await kinbox(house.folder, ['export', join(house.folder, 'c')]), { code: 2, err: /Whose inbox\?/ })
  await mkdir(join(house.folder, 'one'))
  t.match(await run('--person', 'Alice@friend.example', join(house.folder, 'one')), { code: 0, out: /^1 messages, 1 people and 2 files/ })
  t.match(await readFile(join(house.folder, 'one', 'person.vcf'), 'utf8'), /EMAIL:alice@friend\.example/)
})

t.test('a picture of somebody, set and taken away; friends by the groups of a file', async (t) => {
  const { call, refused, writes, house, settled } = await openStage(t)
  const { sender: { contactId: id } } = await writes('Alice <alice@friend.example>', 'hi')
  const upload = async (bytes: Buffer, name = 'face.png') => (await call<{ id: string }>('blob.create', { name, contentType: 'image/png', base64: bytes.toString('base64') })).id
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNgkHHAj0alsUkDAIiMIHEnWcSJAAAAAElFTkSuQmCC', 'base64')
  const { photo } = await call<Contact>('contact.put', { id, photo: await upload(png) })
  t.same(Buffer.from(await (await fetch(new URL((await call<{ path: string }>('blob.url', { id: photo })).path, house.app.url))).arrayBuffer()), png)
  await settled('a picture')
  const large = (await writes('Alice <alice@friend.example>', 'large', { attachments: [{ name: 'face.png', contentType: 'image/png', text: 'x'.repeat(262_145) }] })).attachments[0]!.id
  for (const [photo, words] of [[await upload(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')), /no picture that can be shown/], [large, /has at most 262144/]] as const) t.match(await refused('contact.put', { id, photo }), { kind: 'invalid_params', message: words })
  t.match(await refused('contact.put', { id, photo: 'b999' }), { kind: 'not_found' })
  t.match(await call('contact.get', { id }), { photo }, 'what is refused changes nothing')
  t.equal((await call<Contact>('contact.put', { id, photo: null })).photo, undefined)
  t.match(await call('contact.put', { name: 'Bob', photo: await upload(png) }), { photo: String })
  await settled('none')

  const card = (name: string, groups: string) => `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\nEMAIL:${name}@shop.example\n${groups}END:VCARD\n`
  const blobId = await upload(Buffer.from(card('carol', 'CATEGORIES:Climbing,Work\n') + card('dave', 'CATEGORIES:Work\n') + card('erin', '')), 'people.vcf')
  t.match(await call('contact.import', { blobId, friendGroups: ['climbing'] }), { people: 3 })
  t.same((await call<Page<Contact>>('friend.list')).items.map(({ name }) => name), ['carol'], 'all are taken, one group are friends')
  const path = join(house.folder, 'people.vcf')
  await writeFile(path, card('dave', 'CATEGORIES:Work\n'))
  const done = await kinbox(house.folder, ['contacts', 'import', '--user', 'ada', '--friends-in', 'work', path])
  t.match(done, { code: 0, out: /1 person taken in/ }, done.err)
  t.same((await call<Page<Contact>>('friend.list')).items.map(({ name }) => name).sort(), ['carol', 'dave'])
})
