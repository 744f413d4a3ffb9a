import t from 'tap'
import { openChromium, openPage } from '../servers/chromium.ts'
import { quickly } from './stage.ts'
import { alicesChat, alicesNumber, adasNumber, expected, looksGood, openTown, password, townMissing } from './town.ts'

t.test('a person moves in: the first run, three channels in one thread, an answer over each, a stranger', { skip: townMissing, timeout: 280_000 }, async (t) => {
  const town = await openTown(t)
  const { dovecot, twilio, app, url, mail, sent } = town
  await mail('Bob <bob@friend.example>', 'Climbing on Thursday', 'The hall opens at six. Shall I bring your shoes?', { days: 2 })
  await mail('Alice <alice@friend.example>', 'Saturday at the lake', 'Who is in? The boat has room for four, and I bring the sandwiches.', { days: 1 })
  await sent('Bob <bob@friend.example>', 'Climbing', 'Next week again?', 8)
  await sent('Alice <alice@friend.example>', 'Saturday at the lake', 'Count me in. What shall I bring?', 1)

  const browser = await openChromium(t)
  const { page, errors, elsewhere } = await openPage(browser, url, `/welcome#code=${await app.doorCode()}`)
  const keys = page.keyboard
  const says = (words: string | RegExp) => page.getByText(words).first().waitFor()
  const theirs = (text: string) => page.locator('.message-theirs', { hasText: text })
  const mine = (text: string) => page.locator('.message-mine', { hasText: text })
  await t.test('the first run: a user, a mailbox, friends', async (t) => {
    await says('Welcome to Kinbox')
    await looksGood(t, page, 'welcome')
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Password').fill(password)
    await keys.press('Enter')
    await says('Connect your mailbox')
    await page.getByLabel('Mail address').fill('ada@example.org')
    await page.getByLabel('Password').fill(dovecot.password)
    await keys.press('Enter')
    await says(/self-signed certificate/)
    await looksGood(t, page, 'mailbox')
    await page.getByText('More settings').last().click()
    await page.getByLabel('Private CA (PEM)').fill(dovecot.certificate)
    await page.getByRole('button', { name: 'Connect' }).click()
    await says('Choose your friends')
    for (const name of ['Alice', 'Bob']) await page.getByRole('checkbox', { name }).check()
    await looksGood(t, page, 'friends')
    await page.getByRole('button', { name: 'To my inbox' }).click()
    for (const name of ['Alice', 'Bob']) await page.locator('.conversation-row', { hasText: name }).waitFor()
    t.equal(await page.locator('.conversation-row').count(), 2)
  })

  const client = await town.client()
  const alice = await town.connectOthers(client)

  await t.test('her number and her chat address are hers from now on', async (t) => {
    await page.locator('.conversation-row', { hasText: 'Alice' }).click()
    await page.locator('.conversation-head h1 a').click()
    for (const [label, address] of [['phone', alicesNumber], ['Chat (XMPP)', alicesChat]] as const) {
      await page.getByLabel('Add an address of theirs').fill(address)
      await page.getByLabel('Kind of address').selectOption({ label })
      await page.getByRole('button', { name: 'Add', exact: true }).click()
      await page.locator('.person-address', { hasText: address }).filter({ hasText: label }).waitFor()
    }
    await looksGood(t, page, 'person')
    await page.getByRole('link', { name: 'To the conversation' }).click()
  })

  await t.test('a mail, an SMS and a chat message come live into one thread', async (t) => {
    await theirs('The boat has room for four').waitFor()
    await mail('Alice <alice@friend.example>', 'Saturday at the lake', 'Sun cream and your guitar. The train at 9:12 from platform 3?')
    await theirs('Sun cream').locator('.sign-email').waitFor()
    await page.locator('.proof', { hasText: 'proven' }).first().waitFor()
    await twilio.inbound(alicesNumber, adasNumber, 'Overslept, 20 minutes late, sorry!')
    await theirs('Overslept').locator('.sign-sms').waitFor()
    await alice.say('ada@example.org', 'In the train now. Keep me a seat in the boat')
    await theirs('In the train now').locator('.sign-chat').waitFor()
    await page.locator('.presence-online').waitFor()
    t.equal(await page.locator('.conversation').count(), 1)
  })

  await t.test('she is answered over each, and it is said why', async (t) => {
    await keys.press('r')
    await keys.type('The best one is yours')
    await page.locator('.way', { hasText: 'chat' }).locator('.sign-chat').waitFor()
    await keys.press('Control+Enter')
    await alice.hears('the answer', (stanza) => stanza.getChildText('body') === 'The best one is yours')
    await mine('The best one is yours').locator('.status-sent').waitFor()

    const by = async (channel: string) => {
      for (let tries = 0; tries < 3 && await page.locator(`.way button .sign-${channel}`).count() === 0; tries++) {
        const before = await page.locator('.way button').innerText()
        await keys.press('Control+k')
        await page.locator('.way button').filter({ hasNotText: before }).waitFor()
      }
      t.equal(await page.locator(`.way button .sign-${channel}`).count(), 1, channel)
    }
    await keys.type('We wait at the pier')
    await by('sms')
    await keys.press('Control+Enter')
    await mine('We wait at the pier').locator('.status-sent').waitFor()
    const taken = twilio.messages.find(({ body }) => body === 'We wait at the pier')!
    await twilio.status(taken.sid, 'delivered')
    await mine('We wait at the pier').locator('.status-delivered').waitFor()

    await keys.type('And the photos come by mail')
    await by('email')
    await keys.press('Control+Enter')
    await mine('And the photos come by mail').locator('.status-sent').waitFor()
    t.match(dovecot.sink.messages.map(({ to }) => to), [['alice@friend.example']])
    await looksGood(t, page, 'conversation')
  })

  await t.test('a stranger waits in Other, with the reason, and is moved to the inbox', async (t) => {
    await mail('Carol <carol@friend.example>', 'Choir', 'Alice gave me your address. Do you still sing?')
    await mail('A shop <news@shop.example>', 'Autumn sale', 'Everything at half the price, until Sunday.')
    await keys.press('Escape')
    await quickly(page, 'g', 'o')
    const carol = page.locator('.conversation-row', { hasText: 'Carol' })
    await carol.waitFor()
    await page.locator('.conversation-row', { hasText: 'shop' }).waitFor()
    t.match(await carol.locator('.conversation-why').textContent(), /carol@friend\.example/)
    await looksGood(t, page, 'other')
    await carol.focus()
    await keys.press('m')
    await page.locator('.toast', { hasText: 'Carol is in the inbox now' }).waitFor()
    await carol.waitFor({ state: 'detached' })
    await quickly(page, 'g', 'i')
    await carol.waitFor()
  })

  t.same(town.leaked(), [], 'no secret is logged')
  t.same(twilio.problems, [])
  t.same(elsewhere, [])
  t.same(errors.filter((text) => !expected.test(text)), [])
})
