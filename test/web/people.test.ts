import { readFile } from 'node:fs/promises'
import { deflateSync, crc32 } from 'node:zlib'
import t from 'tap'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import { chromiumMissing, openChromium, openPage } from '../servers/chromium.ts'
import { findings } from './axe.ts'

const login = { name: 'grace', password: 'correct horse battery staple' }
const alice = { kind: 'email', address: 'alice@friend.example', name: 'Alice', raw: 'Alice <alice@friend.example>' }
const bob = { kind: 'email', address: 'bob@friend.example', name: 'Bob', raw: 'Bob <bob@friend.example>' }

const card = (...lines: string[]) => ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD', ''].join('\r\n')
const book = card('FN:Alice Example', 'EMAIL:alice@friend.example', 'NOTE:likes to climb', `PHOTO;ENCODING=b;TYPE=PNG:${picture().toString('base64')}`)
  // A picture that is none: letters stand in for it.
  + card('FN:Carol Example', 'EMAIL:carol@friend.example', 'PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRg==')
  + card('FN:The bank')

/** A PNG of one red point (the PNG specification, section 5). */
function picture(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const named = Buffer.concat([Buffer.from(type), data])
    const out = Buffer.alloc(named.length + 8)
    out.writeUInt32BE(data.length, 0)
    named.copy(out, 4)
    out.writeUInt32BE(crc32(named), named.length + 4)
    return out
  }
  const head = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0])
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.from([0, 255, 0, 0]))), chunk('IEND', Buffer.alloc(0))])
}

type Contacts = { items: { id: string, friend: string, addresses: { address: string }[] }[] }

t.test('people: out of a file, with their pictures, all that was exchanged, taken along, forgotten', { skip: chromiumMissing }, async (t) => {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const browser = await openChromium(t)
  await house.addUser(login.name, login.password)
  const client = await house.client(login.name)
  await house.connectAccount(client, 'letters', { own: 'grace@example.org', secret })
  const mail = network.wire('grace@example.org')
  const contacts = async () => (await client.call<Contacts>('contact.list')).items
  const who = async (address: string) => (await contacts()).find(({ addresses }) => addresses.some((one) => one.address === address))
  // Two pages of links and one of files.
  await mail.letters([
    { sender: bob, subject: 'Hello', text: 'Bob stays' },
    ...Array.from({ length: 25 }, (_, i) => ({ sender: alice, subject: `Walk ${i}`, text: `See https://hut.example/${i}.` })),
    { sender: alice, subject: 'The map', text: 'Here it is', attachments: [{ name: 'map.txt', contentType: 'text/plain', text: 'the map' }] }
  ])
  const { page, errors, elsewhere } = await openPage(browser, house.app.url, '/settings/people', { login, acceptDownloads: true })
  /** waitForFunction would need `eval`, which the page's policy refuses. */
  const until = async (expression: string) => {
    for (let i = 0; i < 1_200 && !await page.evaluate<boolean>(expression); i++) await page.waitForTimeout(50)
    t.equal(await page.evaluate<boolean>(expression), true, expression)
  }
  const focused = () => page.evaluate<string>('document.activeElement.textContent')

  await t.test('a file of people: who was taken in, who was not and why; a file that is none', async (t) => {
    const take = page.getByRole('button', { name: 'Take in' })
    await take.click()
    await page.getByRole('alert').filter({ hasText: 'Choose a file first' }).waitFor()
    const file = page.getByLabel('Address book file')
    await file.setInputFiles({ name: 'hello.vcf', mimeType: 'text/vcard', buffer: Buffer.from('hello') })
    await take.click()
    await page.getByRole('alert').filter({ hasText: 'hello.vcf has no card in it that can be read' }).waitFor()
    await file.setInputFiles({ name: 'people.vcf', mimeType: 'text/vcard', buffer: Buffer.from(book) })
    await page.getByLabel('These people are friends').check()
    await take.press('Enter')
    await page.getByRole('heading', { name: 'people.vcf: 2 people are taken in' }).waitFor()
    t.equal(await focused(), 'people.vcf: 2 people are taken in', 'said to who cannot see it')
    await page.getByRole('heading', { name: '1 was not taken in' }).waitFor()
    await page.getByRole('listitem').filter({ hasText: 'The bank: It has no mail address' }).waitFor()
    t.equal((await who('alice@friend.example'))?.friend, 'friend')
    t.equal((await who('bob@friend.example'))?.friend, 'none')
    t.same(await findings(page), [])
  })

  await t.test('their picture, where there is one that can be shown', async (t) => {
    const shown = 'img.avatar-picture'
    const drawn = (where: string) => until(`document.querySelector('${where} ${shown}')?.naturalWidth === 1`)
    await page.goto(house.app.url + '/inbox')
    await drawn('.conversation-row')
    t.equal(await page.locator(`.conversation-row ${shown}`).count(), 1)
    await page.locator('.conversation-row', { hasText: 'Alice Example' }).click()
    await drawn('.conversation-head')
    await drawn('.message')
    const answered = page.waitForResponse((response) => response.url().includes('/v1/blobs/f'))
    await page.goto(`${house.app.url}/person/${(await who('carol@friend.example'))!.id}`)
    await answered
    await page.locator('span.avatar-large', { hasText: 'CE' }).waitFor()
    await page.goto(`${house.app.url}/person/${(await who('alice@friend.example'))!.id}`)
    await drawn('.person-head')
  })

  await t.test('what was exchanged: files, links and topics, page by page', async (t) => {
    const got = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download map.txt' }).press('Enter')
    t.equal(await readFile(await (await got).path(), 'utf8'), 'the map')
    await page.getByRole('button', { name: 'Links' }).press('Enter')
    const links = page.getByRole('list', { name: 'Links' })
    await links.getByRole('link', { name: 'https://hut.example/24', exact: true }).waitFor()
    t.equal(await links.getByRole('listitem').count(), 20)
    await page.getByRole('button', { name: 'More' }).press('Enter')
    await links.getByRole('link', { name: 'https://hut.example/0', exact: true }).waitFor()
    t.equal(await links.getByRole('listitem').count(), 25)
    await until('document.activeElement.textContent === "https://hut.example/4"')
    t.equal(await page.getByRole('button', { name: 'More' }).count(), 0)
    await page.getByRole('button', { name: 'Topics' }).press('Enter')
    await page.getByRole('list', { name: 'Topics' }).getByRole('link', { name: 'The map' }).waitFor()
    t.same(await findings(page), [])
  })

  await t.test('taken along: a card and every message', async (t) => {
    await page.getByRole('button', { name: 'Take everything along' }).press('Enter')
    const cardButton = page.getByRole('button', { name: 'Download the card' })
    await cardButton.waitFor()
    t.match(await focused(), 'Download the card')
    const file = async (press: () => Promise<void>) => {
      const got = page.waitForEvent('download')
      await press()
      return { name: (await got).suggestedFilename(), text: await readFile(await (await got).path(), 'utf8') }
    }
    t.match((await file(() => cardButton.press('Enter'))).text, /FN:Alice Example[\s\S]*EMAIL:alice@friend\.example/)
    const { text } = await file(() => page.getByRole('button', { name: 'Download 26 messages' }).press('Enter'))
    t.equal(text.trim().split('\n').length, 27, 'the contact and 26 messages')
  })

  await t.test('forgotten: not by chance, and then for good', async (t) => {
    const open = page.getByRole('button', { name: 'Forget …' })
    const dialog = page.getByRole('dialog', { name: 'Forget Alice Example?' })
    await open.press('Enter')
    await dialog.getByText('Every message between the two of you').waitFor()
    await dialog.getByText('This cannot be undone').first().waitFor()
    t.equal(await dialog.getByRole('button', { name: 'Forget for good' }).isDisabled(), true)
    t.same(await findings(page), [])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    t.equal(await focused(), 'Forget …')
    t.ok(await who('alice@friend.example'))
    await open.press('Enter')
    await dialog.getByLabel('I know that this cannot be undone').press('Space')
    await dialog.getByRole('button', { name: 'Forget for good' }).press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor()
    await page.locator('.toast', { hasText: 'Alice Example is forgotten, and 26 messages are deleted' }).waitFor()
    t.equal(await who('alice@friend.example'), undefined)
    t.ok(await who('bob@friend.example'))
    await page.locator('.conversation-row', { hasText: 'Alice' }).waitFor({ state: 'detached' })
  })
  t.same(elsewhere, [])
  // The picture that is none is no error of the page, and neither is an answer that says no.
  t.same(errors, [])
})
