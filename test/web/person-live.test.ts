import t from 'tap'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import { chromiumMissing, openChromium, openPage } from '../servers/chromium.ts'
import { findings } from './axe.ts'
import { until as shows } from './stage.ts'

const login = { name: 'grace', password: 'correct horse battery staple' }
const alice = { kind: 'email', address: 'alice@friend.example', name: 'Alice Example', raw: 'Alice Example <alice@friend.example>' }
const other = { kind: 'email', address: 'alice@example.org', name: 'Alice Example', raw: 'Alice Example <alice@example.org>' }
type Contacts = { items: { id: string, friend: string, blocked: boolean, notes?: string, addresses: { address: string }[] }[] }

t.test('a person\'s page, and search', { skip: chromiumMissing }, async (t) => {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const browser = await openChromium(t)
  await house.addUser(login.name, login.password)
  const client = await house.client(login.name)
  await house.connectAccount(client, 'letters', { own: 'grace@example.org', secret })
  const mail = network.wire('grace@example.org')
  const old = Array.from({ length: 300 }, (_, i) => ({ sender: alice, subject: 'Letters', text: i === 20 ? 'Die Münchner Hütte ist frei' : `Letter ${i}` }))
  await mail.letters(old, { lane: 'history', at: Date.parse('2026-01-01'), seen: true })
  await mail.letters([{ sender: other, text: 'This is my new address' }])
  const contacts = async () => (await client.call<Contacts>('contact.list')).items
  const one = (await contacts()).find(({ addresses }) => addresses[0]!.address === alice.address)!
  const { page, errors, elsewhere } = await openPage(browser, house.app.url, `/person/${one.id}`, { login, colorScheme: 'dark' })
  const done = (text: string) => page.locator('.toast', { hasText: text }).waitFor()
  const undo = () => page.locator('.toast').getByRole('button', { name: 'Undo' }).click()
  const until = async (check: (all: Contacts['items']) => boolean) => {
    for (let i = 0; i < 1_200 && !check(await contacts()); i++) await page.waitForTimeout(50)
    t.equal(check(await contacts()), true)
  }

  await t.test('a friend, an address, a block, notes: each can be taken back', async (t) => {
    await page.getByLabel('A friend').check()
    await done('Alice Example is your friend now')
    await until((all) => all.some(({ id, friend }) => id === one.id && friend === 'friend'))
    const field = page.getByLabel('Add an address of theirs')
    await field.fill('+49 151 12345678')
    // Whoever types on before the answer is there keeps what they type.
    await page.evaluate(`(() => {
      const field = document.querySelector('#person-link')
      field.form.requestSubmit()
      field.value = 'alice@'
      field.dispatchEvent(new InputEvent('input', { bubbles: true }))
    })()`)
    await done('+49 151 12345678')
    await page.locator('.person-address', { hasText: '+4915112345678' }).waitFor()
    t.equal(await field.inputValue(), 'alice@')
    await field.fill('')
    await page.getByLabel('Notes').fill('Met on the boat')
    await page.getByLabel('Notes').blur()
    await done('Noted')
    await until((all) => all.some(({ notes }) => notes === 'Met on the boat'))
    await page.getByRole('button', { name: 'Block' }).click()
    await done('Alice Example is blocked')
    await until((all) => all.some(({ id, blocked }) => id === one.id && blocked))
    await undo()
    await until((all) => all.every(({ blocked }) => !blocked))
  })

  await t.test('two contacts of one person are joined, and parted again', async (t) => {
    const join = page.getByLabel('Join with')
    await join.fill('Alice Example (alice@example.org)')
    await page.getByRole('button', { name: 'Join', exact: true }).click()
    await page.locator('.person-address', { hasText: 'alice@example.org' }).waitFor()
    await page.getByRole('button', { name: 'Part again' }).click()
    await page.locator('.person-address', { hasText: 'alice@example.org' }).waitFor({ state: 'detached' })
    t.same(await findings(page), [])
  })

  await t.test('search: marked, without accents, newest or best first, a jump to the place; a wrong operator in words', async (t) => {
    await page.keyboard.press('/')
    await page.getByRole('searchbox').waitFor()
    for (let i = 0; i < 1_200 && (await client.call<{ items: unknown[] }>('search.query', { q: 'munchner' })).items.length === 0; i++) await page.waitForTimeout(50)
    await page.keyboard.type('munchner hutte')
    const hit = page.locator('.search-hit')
    // The last of what was typed: whoever types slowly has been shown what was found by less.
    await hit.locator('mark', { hasText: 'Hütte' }).waitFor()
    t.same(await hit.locator('mark').allTextContents(), ['Münchner', 'Hütte'])
    t.same(await findings(page), [])
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('.message-marked', { hasText: 'Die Münchner Hütte ist frei' }).waitFor()
    await page.locator('.message-text', { hasText: /^Letter 19$/ }).waitFor()
    await shows(t, page, 'document.activeElement.textContent.includes("Münchner Hütte")')
    await page.getByRole('button', { name: 'To the newest' }).click()
    await page.locator('.message-text', { hasText: /^Letter 299$/ }).waitFor()

    await page.goto(house.app.url + '/search?q=' + encodeURIComponent('letter form:alice'))
    await page.getByRole('alert').filter({ hasText: 'do you mean from:' }).waitFor()
    await page.getByRole('searchbox').fill('letter from:alice')
    await page.locator('.search-hit').first().waitFor()
    await page.getByRole('searchbox').press('ArrowDown')
    const at = () => page.evaluate<number>('Number(document.activeElement.closest("[data-row]")?.ariaPosInSet)')
    for (let i = 0; i < 3_000 && !(await at() > 55); i++) await page.keyboard.press('j')
    t.ok(await at() > 55, 'the next page comes as one goes on')
  })

  await t.test('on a phone there is one pane', async (t) => {
    await page.setViewportSize({ width: 390, height: 780 })
    await page.goto(house.app.url + '/inbox')
    await page.locator('.conversation-row').first().click()
    await page.locator('.message').first().waitFor()
    t.equal(await page.locator('.folder').count(), 0)
    t.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight'), true, 'nothing is wider or higher than the screen')
    await page.getByRole('link', { name: 'Back to the folder' }).click()
    await page.locator('.conversation-row').first().waitFor()
  })
  // The alert of a wrong operator is an answer with an error, not an error of the page.
  t.same(errors, [])
  t.same(elsewhere, [])
})
