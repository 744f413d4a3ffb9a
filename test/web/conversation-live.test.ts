import t from 'tap'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import { chromiumMissing, openChromium, openPage } from '../servers/chromium.ts'
import { findings } from './axe.ts'
import { quickly } from './stage.ts'

const login = { name: 'grace', password: 'correct horse battery staple' }
const alice = { kind: 'email', address: 'alice@friend.example', name: 'Alice Example', raw: 'Alice Example <alice@friend.example>' }
const phone = { kind: 'phone', address: '+4915112345678', raw: '+4915112345678' }
const focus = 'document.activeElement.closest("[data-row], form, .folder-head, .conversation-head")?.className ?? ""'

t.test('a life with the inbox, by keyboard alone', { skip: chromiumMissing }, async (t) => {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const browser = await openChromium(t)
  await house.addUser(login.name, login.password)
  const client = await house.client(login.name)
  await house.connectAccount(client, 'letters', { own: 'grace@example.org', secret })
  await house.connectAccount(client, 'texts', { own: '+15005550006', secret })
  const mail = network.wire('grace@example.org')
  const texts = network.wire('+15005550006')
  const { page, errors, elsewhere } = await openPage(browser, house.app.url, '/inbox', { login })
  const keys = page.keyboard
  const said = (text: string) => page.locator('[aria-live=polite]', { hasText: text }).waitFor({ state: 'attached' })

  await t.test('a stranger comes into Other, with the reason, and is moved to the inbox; it can be undone', async (t) => {
    await page.getByText('All quiet').waitFor()
    await mail.letters([{ sender: alice, subject: 'Boat', text: 'Shall we take the boat?', quoted: '> What shall we do?', html: '<p>Shall we take the <b>boat</b>?</p>' }])
    await quickly(page, 'g', 'o')
    const row = page.locator('.conversation-row', { hasText: 'Alice Example' })
    await row.waitFor()
    t.match(await row.textContent(), /Shall we take the boat\?.*Mail.*1 unread/s)
    t.match(await row.locator('.conversation-why').textContent(), /Nobody you know has written from alice@friend\.example/)
    await keys.press('j')
    t.match(await page.evaluate<string>(focus), /rows-one/)
    await keys.press('m')
    await page.locator('.toast', { hasText: 'Alice Example is in the inbox now' }).waitFor()
    await page.getByText('Nothing here').waitFor()
    await keys.press('z')
    await row.waitFor()
    await keys.press('j')
    await keys.press('m')
    await page.getByText('Nothing here').waitFor()
    await quickly(page, 'g', 'i')
    await row.waitFor()
  })

  await t.test('the conversation: unread line, folded quotes, why it is here; it is read when it is seen', async (t) => {
    await keys.press('j')
    await keys.press('Enter')
    await page.locator('.message', { hasText: 'Shall we take the boat?' }).waitFor()
    t.equal(await page.locator('.unread-line').count(), 1)
    t.equal(await page.locator('.message-text', { hasText: 'What shall we do?' }).isVisible(), false, 'quotes are folded')
    await page.locator('.quoted summary').click()
    t.equal(await page.locator('.message-text', { hasText: 'What shall we do?' }).isVisible(), true)
    t.equal(await page.locator('.proof').first().textContent(), '○ not proven')
    await client.until(() => client.events.some(({ type, data }) => type === 'conversation.changed' && data?.unread === 0))
    await keys.press('i')
    await page.getByRole('dialog').getByText('You moved it here.').waitFor()
    await keys.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    t.same(await findings(page), [])
    t.equal(await quickly(page, 'Shift+r'), 'TEXTAREA', 'what is typed next is an answer, and no key')
    await keys.press('Escape')
    await page.locator('.composer-answers').waitFor({ state: 'detached' })
  })

  await t.test('an answer: which way and why, one key for another, and what became of it', async (t) => {
    await client.call('contact.link', { id: (await client.call<{ items: { id: string }[] }>('contact.list')).items[0]!.id, kind: phone.kind, address: phone.address })
    await keys.press('r')
    await keys.type('Yes, at ten')
    await page.locator('.way', { hasText: 'Their last message came by email' }).waitFor()
    await page.locator('.way button').click()
    await page.getByRole('menuitemradio', { name: '+4915112345678' }).waitFor()
    // Wherever the focus is: not every browser gives it to a button that is clicked.
    await page.evaluate('document.activeElement.blur()')
    await keys.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await page.locator('.composer-text').focus()
    await keys.press('Control+k')
    await page.locator('.way button', { hasText: '+4915112345678' }).waitFor()
    await page.locator('.composer-parts', { hasText: '1 part, costs 1' }).waitFor()
    await keys.press('Control+Enter')
    await page.locator('.message-mine', { hasText: 'Yes, at ten' }).locator('.status-sent').waitFor()
    t.same(texts.sent.map(({ text }) => text), ['Yes, at ten'])
    t.equal(await page.evaluate('document.activeElement.value'), '', 'the field is empty and keeps the focus')

    texts.answers = () => ({ code: 'blocked', text: 'The number takes no messages.', retry: 'never' })
    await keys.type('And bring a rope')
    await keys.press('Control+Enter')
    const failed = page.locator('.message-mine', { hasText: 'And bring a rope' })
    await failed.locator('.status-failed').waitFor()
    t.match(await failed.textContent(), /The number takes no messages\./)
    texts.answers = null
    await failed.getByRole('button', { name: 'Try again' }).click()
    await failed.locator('.status-sent').waitFor()

    texts.answers = () => ({ code: 'lost', text: 'The line broke.', retry: 'later', certain: false })
    await keys.press('r')
    await keys.type('Is this sure?')
    await keys.press('Control+Enter')
    const unsure = page.locator('.message-mine', { hasText: 'Is this sure?' })
    await unsure.locator('.status-uncertain').waitFor()
    texts.answers = null
    await unsure.getByRole('button', { name: 'It arrived' }).click()
    await unsure.locator('.status-sent').waitFor()
  })

  await t.test('files: dropped, sent and downloaded', async (t) => {
    await page.locator('.composer input[type=file]').setInputFiles({ name: 'räume.txt', mimeType: 'text/plain', buffer: Buffer.from('map') })
    await page.locator('.composer-files', { hasText: 'räume.txt' }).waitFor()
    await page.locator('.way button').click()
    await page.getByRole('menuitemradio', { name: alice.address }).click()
    await page.locator('.way button', { hasText: alice.address }).waitFor()
    await page.locator('.composer-text').focus()
    await keys.type('With a file')
    await keys.press('Control+Enter')
    const message = page.locator('.message-mine', { hasText: 'With a file' })
    await message.locator('.file').waitFor()
    const download = page.waitForEvent('download')
    await message.locator('.file-button').click()
    t.equal((await download).suggestedFilename(), 'räume.txt')
  })

  await t.test('an answer comes live, by another channel, and is told to those who listen; a draft survives', async (t) => {
    await page.locator('.composer-text').focus()
    await keys.type('Half a sen')
    await texts.letters([{ sender: phone, text: 'On my way' }])
    await page.locator('.message-theirs', { hasText: 'On my way' }).locator('.sign-sms').waitFor()
    await said('New message from Alice Example: On my way')
    await page.reload()
    await page.locator('.message', { hasText: 'On my way' }).waitFor()
    t.equal(await page.locator('.composer-text').inputValue(), 'Half a sen')
    await page.locator('.composer-text').fill('')
  })

  await t.test('who is there, and who types', async () => {
    await house.connectAccount(client, 'chats', { own: 'grace@chat.example', secret })
    const chat = network.wire('grace@chat.example')
    const address = { kind: 'chat', address: 'alice@chat.example' }
    const { items } = await client.call<{ items: { id: string, name: string }[] }>('contact.list')
    await client.call('contact.link', { id: items.find(({ name }) => name === 'Alice Example')!.id, ...address })
    chat.signals({ type: 'presence', address, available: true })
    await page.locator('.presence-online').waitFor()
    chat.signals({ type: 'typing', address, typing: true })
    await page.locator('.typists', { hasText: 'Alice Example is typing' }).waitFor()
    await chat.letters([{ sender: { ...address, raw: address.address }, text: 'By chat as well' }])
    await page.locator('.message-theirs', { hasText: 'By chat as well' }).locator('.sign-chat').waitFor()
    await page.locator('.typists', { hasText: 'is typing' }).waitFor({ state: 'detached' })
  })

  await t.test('archived and back; the focus is never lost', async (t) => {
    await page.locator('.conversation-head h1').focus()
    await keys.press('e')
    await page.locator('.toast', { hasText: 'Alice Example is archived' }).waitFor()
    await page.getByText('All quiet').waitFor()
    t.equal(await page.evaluate('document.activeElement !== document.body'), true)
    await quickly(page, 'g', 'a')
    await page.locator('.conversation-row', { hasText: 'Alice Example' }).waitFor()
    await keys.press('z')
    await page.getByText('The archive is empty').waitFor()
  })

  await t.test('a new conversation with an address that nobody knows', async (t) => {
    t.equal(await quickly(page, 'c'), 'INPUT', 'what is typed next is an address, and no key')
    await page.getByLabel('To', { exact: true }).fill('bob@friend.example')
    await page.locator('.way button', { hasText: 'bob@friend.example' }).waitFor()
    await page.getByPlaceholder('Subject').fill('Climbing')
    await page.locator('.composer-text').fill('Come along?')
    await keys.press('Control+Enter')
    await page.waitForURL(/\/c\/c\d+$/)
    await page.locator('.message-mine', { hasText: 'Come along?' }).locator('.status-sent').waitFor()
    t.match(await page.locator('.subject').textContent(), /Climbing/)
    t.equal(mail.sent.at(-1)!.subject, 'Climbing')
  })

  t.same(errors, [])
  t.same(elsewhere, [])
})
