import t from 'tap'
import { chromiumMissing } from '../servers/chromium.ts'
import { findings } from './axe.ts'
import { authserv, login, look, openStage, own, quickly, until } from './stage.ts'
import type { Card } from '../../src/connector.ts'

const alice = 'Alice Example <alice@friend.example>'
const bob = 'Bob <bob@friend.example>'

/** Four seconds of one tone without end, 8 bits, 8 kHz (RIFF WAVE). */
function tone(): string {
  const length = 0x7f40
  const head = Buffer.from('RIFF    WAVEfmt                     data    ')
  head.writeUInt32LE(36 + length, 4)
  head.writeUInt32LE(16, 16)
  for (const [value, at] of [[1, 20], [1, 22], [1, 32], [8, 34]] as const) head.writeUInt16LE(value, at)
  for (const at of [24, 28]) head.writeUInt32LE(8000, at)
  head.writeUInt32LE(length, 40)
  return 'base64:' + Buffer.concat([head, Buffer.alloc(length, 0x60)]).toString('base64')
}

/** For any page: half a second of film, made by the browser itself. */
const film = `new Promise((done) => {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 32
  const paint = canvas.getContext('2d')
  const parts = []
  const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: 'video/webm' })
  recorder.ondataavailable = ({ data }) => parts.push(data)
  recorder.onstop = async () => done(btoa(String.fromCharCode(...new Uint8Array(await new Blob(parts).arrayBuffer()))))
  recorder.start()
  let frames = 0
  const draw = () => {
    paint.fillStyle = frames % 2 ? 'red' : 'blue'
    paint.fillRect(0, 0, 32, 32)
    if (++frames < 20) setTimeout(draw, 25)
    else recorder.stop()
  }
  draw()
})`

const invitation: Card = {
  type: 'invitation', method: 'request', uid: 'trip-1@friend.example', sequence: 1, title: 'Trip to the hut', start: '2026-07-04T09:00:00+02:00', end: '2026-07-04T17:00:00+02:00', allDay: false, place: 'At the lake',
  organizer: { kind: 'email', address: 'carol@friend.example', name: 'Carol' }, attendees: [{ kind: 'email', address: own, answer: 'unknown' }, { kind: 'email', address: 'bob@friend.example', answer: 'accepted' }], you: own, echo: 'DTSTART:20260704T070000Z'
}

// However busy the machine is: each step waits for itself.
t.setTimeout(280_000)

t.test('screens that nothing else walks through, in one house', { skip: chromiumMissing }, async (t) => {
  const posted: string[] = []
  const stage = await openStage(t, { unsubscribing: { resolve: async () => ['93.184.216.34'], post: async (url) => { posted.push(url.href); return 200 } } })
  const { client, mail, house, account, writes, contact } = stage
  await writes(alice, 'Shall we take the boat?', { subject: 'Boat', messageId: 'boat-1@friend.example' })
  await writes(alice, 'It has a hole.', { subject: 'Re: Boat', messageId: 'boat-2@friend.example', references: ['boat-1@friend.example'] })
  await writes(alice, 'And where to?', { subject: 'Trip', messageId: 'trip-1@friend.example' })
  const { id, friend } = await contact('alice@friend.example')
  t.equal(friend, 'none')
  await client.call('friend.set', { contactId: id, friend: true })
  const { conversationId } = await client.call<{ conversationId: string }>('contact.get', { id })
  const { page, errors, elsewhere } = await stage.open(`/c/${conversationId}`, { colorScheme: 'dark' })
  const keys = page.keyboard
  const done = (text: string | RegExp) => page.locator('.toast', { hasText: text }).waitFor()
  const subjects = async () => (await client.call<{ items: { subject: string, messages: number }[] }>('topic.list', { conversationId })).items.map(({ subject, messages }) => `${subject} ${messages}`).sort()
  const focused = () => page.evaluate<string>('document.activeElement === document.body ? "nothing" : document.activeElement.textContent')
  const go = (path: string) => page.goto(house.app.url + path)

  await t.test('subjects: another name, two that are one, one message by itself; each taken back', async (t) => {
    const menu = page.getByLabel('Subject', { exact: true })
    await menu.selectOption({ label: 'Boat (2 messages)' })
    await page.getByRole('button', { name: 'Rename' }).press('Enter')
    t.equal(await page.evaluate('document.querySelector("dialog").contains(document.activeElement)'), true)
    await page.getByLabel('What this subject is called here').fill('The old boat')
    await keys.press('Enter')
    await done('It is called The old boat now')
    await page.locator('option', { hasText: 'The old boat (2 messages)' }).waitFor({ state: 'attached' })
    t.same(await subjects(), ['The old boat 2', 'Trip 1'])
    t.equal(await focused(), 'Rename', 'the focus is back where it came from')
    await keys.press('z')
    await page.locator('option', { hasText: /^Boat \(2 messages\)$/ }).waitFor({ state: 'attached' })

    await page.getByRole('button', { name: 'Join with another' }).press('Enter')
    await look(page, 'topics-join')
    await page.getByRole('dialog', { name: 'What belongs to Boat?' }).getByRole('button', { name: 'Trip' }).press('Enter')
    await done('Boat and Trip are one now')
    await page.locator('.message', { hasText: 'And where to?' }).waitFor()
    t.same(await subjects(), ['Boat 3'])
    await keys.press('z')
    await page.locator('option', { hasText: /^Trip \(1 message\)$/ }).waitFor({ state: 'attached' })
    t.same(await subjects(), ['Boat 2', 'Trip 1'])

    await go(`/c/${conversationId}`)
    const hole = page.locator('.message', { hasText: 'It has a hole.' })
    await hole.getByRole('button', { name: 'Details' }).press('Enter')
    await page.getByRole('button', { name: 'Make it a subject of its own' }).press('Enter')
    await done('stands by itself now')
    t.equal((await subjects()).length, 3)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await keys.press('z')
    for (let i = 0; i < 3_000 && (await subjects()).length > 2; i++) await page.waitForTimeout(20)
    t.same(await subjects(), ['Boat 2', 'Trip 1'])
  })

  await t.test('sound and film are played where they stand; what cannot be is said', async (t) => {
    const blank = await stage.browser.newPage()
    const webm = await blank.evaluate<string>(film)
    await blank.close()
    await writes(alice, 'Listen', { attachments: [{ name: 'voice.wav', contentType: 'audio/wav', text: tone() }, { name: 'clip.webm', contentType: 'video/webm', text: 'base64:' + webm }, { name: 'odd.mp4', contentType: 'video/mp4', text: '\0\0\0\x18ftypisom\0\0\0\0isomiso2 and nothing else' }] })
    const message = page.locator('.message', { hasText: 'Listen' })
    await message.locator('audio[src]').waitFor()
    t.equal(await message.locator('audio').getAttribute('aria-label'), 'voice.wav')
    const plays = (name: string) => message.locator(`[aria-label="${name}"]`).evaluate(async (element) => {
      const player = element as unknown as { muted: boolean, paused: boolean, currentTime: number, duration: number, play(): Promise<void> }
      player.muted = true
      await player.play()
      for (let i = 0; i < 3_000 && player.currentTime === 0; i++) await new Promise((resolve) => setTimeout(resolve, 20))
      return player.currentTime > 0
    })
    t.equal(await plays('voice.wav'), true)
    await message.locator('video[src]').first().waitFor()
    t.equal(await plays('clip.webm'), true)
    await message.locator('[aria-label="odd.mp4"]').evaluate((element) => void (element as unknown as { play(): Promise<void> }).play().catch(() => undefined))
    await message.getByText('This browser cannot play it.').waitFor()
    await look(page, 'players')
  })

  await t.test('an invitation is answered, a card becomes a contact', async (t) => {
    await writes(alice, 'Come along', { cards: [invitation, { type: 'contact', name: 'Zoe Example', addresses: [{ kind: 'email', address: 'zoe@friend.example' }] }] })
    const card = page.getByRole('region', { name: 'Invitation' })
    await card.getByText('Trip to the hut').waitFor()
    t.match(await card.textContent(), /4 July 2026.*At the lake.*Carol.*2 people invited/s)
    const yes = card.getByRole('button', { name: 'Accept' })
    t.equal(await yes.getAttribute('aria-pressed'), 'false')
    await yes.press('Enter')
    await done('You have accepted.')
    await card.locator('button[aria-pressed=true]', { hasText: 'Accept' }).waitFor()
    await client.until(() => mail.sent.some(({ subject }) => subject === 'Accepted: Trip to the hut'))
    t.same(mail.sent.at(-1)!.recipients.map(({ address }) => address), ['carol@friend.example'])
    await card.getByRole('button', { name: 'Decline' }).press('Enter')
    await card.locator('button[aria-pressed=true]', { hasText: 'Decline' }).waitFor()
    t.equal(await yes.getAttribute('aria-pressed'), 'false')

    const zoe = page.getByRole('region', { name: 'Contact Zoe Example' })
    await zoe.getByRole('button', { name: 'Add to contacts' }).press('Enter')
    await done('Zoe Example is in your contacts now.')
    await zoe.getByRole('button', { name: 'In your contacts' }).waitFor()
    t.equal((await contact('zoe@friend.example')).name, 'Zoe Example')
    await look(page, 'cards')
    t.same(await findings(page), [])
  })

  await t.test('people are found by name, and their page is a key away', async (t) => {
    // The index follows in its own time.
    for (let i = 0; i < 3_000 && (await client.call<{ people: unknown[] }>('search.query', { q: 'zoe' })).people.length === 0; i++) await page.waitForTimeout(20)
    await keys.press('/')
    await until(t, page, 'document.activeElement.tagName === "INPUT"')
    await keys.type('zoe')
    await page.getByRole('list', { name: 'People' }).getByText('Zoe Example').waitFor()
    await keys.press('ArrowDown')
    await keys.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Zoe Example' }).waitFor()
    t.match(page.url(), /\/person\/p\d+$/)
  })

  await t.test('who may be one person is said, with the reason; joined, parted, or kept apart for good', async (t) => {
    await writes('Alice Example <alice@example.org>', 'My other address')
    const other = await contact('alice@example.org')
    await client.call('friend.set', { contactId: other.id, friend: true })
    await go(`/person/${id}`)
    const note = page.locator('.note', { hasText: 'This may be the same person:' })
    await note.getByText('alice@example.org').first().waitFor()
    t.match(await note.textContent(), /Both are called Alice Example/)
    await note.getByRole('button', { name: 'The same person: join them' }).press('Enter')
    await done('are one person now')
    await page.locator('.person-address', { hasText: 'alice@example.org' }).waitFor()
    t.equal((await contact('alice@example.org')).id, id)
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).press('Enter')
    await page.locator('.person-address', { hasText: 'alice@example.org' }).waitFor({ state: 'detached' })
    t.equal((await contact('alice@example.org')).id, other.id)
    await note.getByRole('button', { name: 'Two people' }).press('Enter')
    await note.waitFor({ state: 'detached' })
    t.same((await client.call('contact.suggestions')).items, [])
    t.not(await focused(), 'nothing')
  })

  await t.test('verified only: of one person, and of all', async (t) => {
    const found = async (text: string) => {
      const told = () => client.events.find(({ type, data }) => type === 'message.created' && data?.['text'] === text)
      await client.until(() => told() !== undefined, 60_000)
      return told()!.data!['folder']
    }
    const plain = 'Erin <erin@plain.example>'
    const weak = { proof: { level: 'weak' as const, evidence: ['Nothing signed it.'] } }
    await writes(plain, 'hello', weak)
    await writes('Faye <faye@plain.example>', 'hello', weak)
    await client.call('friend.set', { contactId: (await contact('faye@plain.example')).id, friend: true })
    const erin = await contact('erin@plain.example')
    await client.call('friend.set', { contactId: erin.id, friend: true })
    await go(`/person/${erin.id}`)
    await writes(plain, 'unproventhenwelcome', weak)
    t.equal(await found('unproventhenwelcome'), 'inbox')
    await page.getByLabel('Verified only').press('Space')
    await client.until(() => client.events.some(({ type, id: of, data }) => type === 'contact.changed' && of === erin.id && data?.['verifiedOnly'] === true))
    await writes(plain, 'unprovenandwaiting', weak)
    t.equal(await found('unprovenandwaiting'), 'other')
    await writes(plain, 'provenandwelcome')
    t.equal(await found('provenandwelcome'), 'inbox')
    await page.getByLabel('Verified only').press('Space')
    await client.until(() => client.events.findLast(({ type, id: of }) => type === 'contact.changed' && of === erin.id)?.data?.['verifiedOnly'] === undefined)

    await go('/settings/friends')
    // A key that is pressed on what cannot be used yet is lost.
    await page.getByLabel('Verified senders only').and(page.locator(':enabled')).waitFor()
    await page.getByLabel('Verified senders only').press('Space')
    await client.until(() => client.events.some(({ type, data }) => type === 'settings.changed' && data?.['verifiedOnly'] === true))
    await writes('Faye <faye@plain.example>', 'unprovenforall', weak)
    t.equal(await found('unprovenforall'), 'other')
    await page.getByLabel('Verified senders only').press('Space')
    await client.until(() => client.events.findLast(({ type }) => type === 'settings.changed')?.data?.['verifiedOnly'] === false)
  })

  await t.test('the daily digest: on, at which hour, in which time zone; kept', async (t) => {
    await go('/settings/other')
    const on = page.getByLabel(/Once a day/)
    await on.and(page.locator(':enabled')).waitFor()
    const before = await on.isChecked()
    if (before) await on.press('Space')
    await until(t, page, 'document.querySelector("#digest-hour").disabled')
    await on.press('Space')
    await until(t, page, '!document.querySelector("#digest-hour").disabled')
    await page.getByLabel('At', { exact: true }).selectOption('7')
    await page.getByLabel('Time zone').selectOption('Europe/Berlin')
    await client.until(() => client.events.findLast(({ type }) => type === 'settings.changed')?.data?.['timeZone'] === 'Europe/Berlin')
    const { digest, digestHour, timeZone } = await client.call('settings.get')
    t.same([digest, digestHour, timeZone], [true, 7, 'Europe/Berlin'])
    await page.reload()
    await until(t, page, 'document.querySelector("#digest-hour")?.value === "7" && document.querySelector("#time-zone").value === "Europe/Berlin"')
    t.same(await findings(page), [])
    await look(page, 'digest')
  })

  await t.test('who checks the senders: proposed, and believed once it is confirmed', async (t) => {
    await go(`/accounts/${account}`)
    const proof = page.getByRole('region', { name: 'Who checks the senders' })
    await proof.getByText(authserv).first().waitFor()
    t.equal((await client.call<{ settings: { authserv?: string } }>('account.settings', { id: account })).settings.authserv, undefined, 'not before')
    await look(page, 'proof')
    await proof.getByRole('button', { name: 'believe it' }).press('Enter')
    await proof.getByText(`Your mail server ${authserv} checks them`).waitFor()
    t.equal((await client.call<{ settings: { authserv?: string } }>('account.settings', { id: account })).settings.authserv, authserv)
    t.same(await findings(page), [])
    await page.getByText('Connected', { exact: true }).waitFor()
  })

  await t.test('a rule by keyboard alone: tried, added, taken away, and back', async (t) => {
    await writes(bob, 'Hello, I am new here')
    await go('/rules')
    const list = async () => (await client.call<{ items: { value: string, action: string }[] }>('rule.list')).items.map(({ value, action }) => `${value} ${action}`)
    await page.getByLabel('For', { exact: true }).focus()
    await keys.press('Tab')
    await keys.type('bob@friend.example')
    await keys.press('Tab')
    await keys.press('ArrowDown')
    await keys.press('ArrowUp')
    await keys.press('Tab')
    await keys.press('Tab')
    t.equal(await focused(), 'What would move?')
    await keys.press('Enter')
    await page.locator('.note', { hasText: '1 message of the last 90 days would move.' }).waitFor()
    t.same(await list(), [], 'asking writes nothing')
    await keys.press('Shift+Tab')
    await keys.press('Enter')
    const away = page.getByRole('button', { name: /^Take away: You let bob@friend\.example into the inbox/ })
    await away.waitFor()
    t.same(await list(), ['bob@friend.example inbox'])
    await away.press('Enter')
    await done('The rule is gone')
    await away.waitFor({ state: 'detached' })
    t.not(await focused(), 'nothing')
    t.same(await list(), [])
    await keys.press('z')
    await away.waitFor()
    t.same(await list(), ['bob@friend.example inbox'])
    t.same(await findings(page), [])
  })

  await t.test('a newsletter lies in its stream, and is ended there', async (t) => {
    await writes('Shop <news@shop.example>', 'Buy boats', { subject: 'Boats', automatic: 'bulk', list: { id: 'news.shop.example' }, unsubscribe: { url: 'https://shop.example/leave?who=7', oneClick: true, posts: false } })
    await go('/streams')
    await page.getByRole('link', { name: /Newsletters.*1 sender, 1 unread/ }).click()
    await look(page, 'streams')
    await page.locator('.conversation-row', { hasText: 'Boats' }).or(page.locator('.conversation-row', { hasText: 'Buy boats' })).first().press('Enter')
    const end = page.getByRole('button', { name: 'Unsubscribe' })
    await end.press('Enter')
    await done('You have unsubscribed')
    t.same(posted, ['https://shop.example/leave?who=7'])
    t.equal(await page.getByRole('button', { name: 'You have unsubscribed' }).getAttribute('aria-disabled'), 'true')
    t.not(await focused(), 'nothing')
  })

  await t.test('a person is deleted, and what they wrote stays', async (t) => {
    const { id: zoe } = await contact('zoe@friend.example')
    await writes('Zoe Example <zoe@friend.example>', 'Zoe was here')
    await go(`/person/${zoe}`)
    await page.getByRole('button', { name: 'Delete the person …' }).press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Delete Zoe Example?' })
    await dialog.getByText('The messages stay').waitFor()
    t.same(await findings(page), [])
    await keys.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    t.equal(await focused(), 'Delete the person …')
    await keys.press('Enter')
    await dialog.getByRole('button', { name: 'Delete', exact: true }).press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor()
    await done('Zoe Example is deleted')
    t.equal((await contact('zoe@friend.example')).name === 'Zoe Example', false)
    const { items } = await client.call<{ items: { lastMessage: { preview: string } }[] }>('conversation.list', { folder: 'other' })
    t.equal(items.some(({ lastMessage }) => lastMessage.preview === 'Zoe was here'), true)
  })

  await t.test('the last decision in the screener leaves the focus where it is said that nobody waits; who comes back takes it', async (t) => {
    for (const { conversationId } of (await client.call<{ items: { conversationId: string }[] }>('screener.list')).items) await client.call('screener.decide', { ids: [conversationId], decision: 'deny', scope: 'sender' })
    for (const name of ['Dave', 'Frank']) await writes(`${name} <${name.toLowerCase()}@shop.example>`, 'Hello?')
    await go('/screener')
    const dave = page.getByRole('article', { name: 'Dave' })
    await dave.waitFor()
    t.equal(await quickly(page, 'j', 'd', 'd'), 'P', 'each of the two was decided about, the newest first')
    await page.getByText('Nobody waits.').waitFor()
    await until(t, page, 'document.activeElement.textContent.startsWith("Nobody waits.")')
    await done('Dave stays in Other')
    await keys.press('z')
    await dave.waitFor()
    await until(t, page, 'document.activeElement.getAttribute("aria-label") === "Dave"')
    await keys.press('d')
    await page.getByText('Nobody waits.').waitFor()
    await page.getByRole('link', { name: 'Decided' }).press('Enter')
    const undo = page.getByRole('button', { name: 'Undo: dave@shop.example' }).or(page.getByRole('button', { name: 'Undo: Dave' })).first()
    await undo.press('Enter')
    await until(t, page, 'document.activeElement.textContent === "Taken back"')
  })
  t.equal(login.name, 'grace')
  t.same(elsewhere, [])
  // What cannot be played, and a link that is asked for again, are answers.
  t.same(errors.filter((error) => !/Failed to load resource|media/i.test(error)), [])
})
