import t from 'tap'
import { uuidv7 } from '../../sdk/index.ts'
import { joined } from '../../web/src/composer/drafts.ts'
import { chromiumMissing } from '../servers/chromium.ts'
import { becomes, openStage, until } from './stage.ts'

// However busy the machine is: each step waits for itself.
t.setTimeout(280_000)

t.test('what comes back and what was written since', async (t) => {
  const file = (id: string) => ({ id, name: id, contentType: 'text/plain', size: 1 })
  t.same(joined({ text: 'first', subject: 'Boat' }, { text: ' ' }), { text: 'first', subject: 'Boat' })
  t.same(joined({ text: 'first', subject: 'Boat', files: [file('b1')] }, { text: 'second', files: [file('b2')] }), { text: 'first\n\nsecond', subject: 'Boat', files: [file('b1'), file('b2')] })
  t.equal(joined({ text: '' }, { text: 'second' }).text, 'second')
})

t.test('what was sent without an answer', { skip: chromiumMissing }, async (t) => {
  const stage = await openStage(t)
  const { client, mail, contact, house, writes } = stage
  await writes('Alice Example <alice@friend.example>', 'Shall we?')
  const { id } = await contact('alice@friend.example')
  await client.call('friend.set', { contactId: id, friend: true })
  const { conversationId } = await client.call<{ conversationId: string }>('contact.get', { id })
  const path = `/c/${conversationId}`
  const { page: first, errors } = await stage.open(path)
  const context = first.context()
  const left = () => Promise.resolve(mail.sent.map(({ text }) => text))

  await t.test('it goes once, though the page is closed before it could', async (t) => {
    await first.locator('.way').waitFor()
    // A browser that is offline keeps the sockets that it has: only the server cuts them.
    await context.setOffline(true)
    await house.restart()
    await first.getByText('Not connected').waitFor()
    await first.locator('.composer-text').fill('Yes, at ten')
    await first.keyboard.press('Control+Enter')
    await first.locator('.message', { hasText: 'Yes, at ten' }).waitFor()
    await first.close({ runBeforeUnload: false })
    t.same(mail.sent, [])
    await context.setOffline(false)
    const page = await context.newPage()
    await page.goto(house.app.url + '/inbox')
    await becomes(t, left, ['Yes, at ten'])
    await until(t, page, 'Object.keys(localStorage).every((key) => !key.includes("leaving"))')
    await page.goto(house.app.url + path)
    await page.locator('.message', { hasText: 'Yes, at ten' }).waitFor()
    t.equal(await page.locator('.message', { hasText: 'Yes, at ten' }).count(), 1)
    t.same(await left(), ['Yes, at ten'])
    await page.close()
  })

  await t.test('what is refused is said, and stands again where it was written, before what was written since', async (t) => {
    const page = await context.newPage()
    await page.goto(house.app.url + path)
    await page.locator('.composer-text').fill('and this since')
    const clientId = uuidv7()
    const unsent = JSON.stringify({ place: conversationId, draft: { text: 'came back' }, request: { clientId, conversationId: 'c999', text: 'came back' } })
    await page.evaluate(`localStorage.setItem('kinbox.draft.leaving.${clientId}', ${JSON.stringify(unsent)})`)
    await page.goto(house.app.url + '/inbox')
    await page.locator('.toast', { hasText: 'That did not work' }).waitFor()
    await page.goto(house.app.url + path)
    await until(t, page, 'document.querySelector(".composer-text")?.value === "came back\\n\\nand this since"')
    t.equal(await page.evaluate('Object.keys(localStorage).some((key) => key.includes("leaving"))'), false)
  })

  await t.test('for whom a new message is stays too', async (t) => {
    const page = await context.newPage()
    await page.goto(house.app.url + '/new')
    await page.getByLabel('To', { exact: true }).fill('bob@friend.example')
    await page.locator('.composer-text').fill('Half a sen')
    await page.reload()
    await until(t, page, 'document.querySelector(".composer-text")?.value === "Half a sen" && document.querySelector(".new-to input").value === "bob@friend.example"')
    await page.locator('.composer-text').press('Control+Enter')
    await page.locator('.message', { hasText: 'Half a sen' }).waitFor()
    t.equal(await page.evaluate('sessionStorage.length'), 0)
  })
  t.same(errors.filter((error) => !/ERR_INTERNET_DISCONNECTED|WebSocket/.test(error)), [])
})
