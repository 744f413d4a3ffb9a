import t from 'tap'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import { chromiumMissing, openChromium, openPage } from '../servers/chromium.ts'
import { tasksOf } from './tasks.ts'

const login = { name: 'grace', password: 'correct horse battery staple' }
const sender = { kind: 'email', address: 'alice@friend.example', name: 'Alice', raw: 'Alice <alice@friend.example>' }
const length = Number(process.env['KINBOX_SCROLL_MESSAGES'] ?? 6000)
/** However busy the machine is: what is loaded comes in its own time. */
const mostFrames = 3000

type Frame = { rows: number, last: number, letters: number[], top: number }

/** For the page: scrolls by so much each frame until it shows such a letter, and says what each frame showed. */
const scroll = (by: number, until: string, frames = mostFrames) => `new Promise((done) => {
  const pane = document.querySelector('.thread .rows')
  const seen = []
  const step = () => {
    const edge = pane.getBoundingClientRect()
    const rows = [...pane.querySelectorAll('.rows-one')]
    const inView = rows.filter((row) => { const { top, bottom } = row.getBoundingClientRect(); return bottom > edge.top + 1 && top < edge.bottom - 1 })
    seen.push({ rows: rows.length, last: Math.max(...rows.map((row) => Number(row.ariaPosInSet))), letters: inView.map((row) => Number(/Letter (\\d+)/.exec(row.textContent)?.[1] ?? -1)), top: inView[0]?.getBoundingClientRect().top ?? -1 })
    pane.scrollTop += ${by}
    if (seen.length < ${frames} && !seen.at(-1).letters.some((letter) => letter >= 0 && letter ${until})) requestAnimationFrame(step)
    else done(seen)
  }
  requestAnimationFrame(step)
})`

t.test('a long conversation scrolls without a long task, in bounded room, and stays in place', { skip: chromiumMissing }, async (t) => {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const browser = await openChromium(t)
  await house.addUser(login.name, login.password)
  const client = await house.client(login.name)
  await house.connectAccount(client, 'letters', { own: 'grace@example.org', secret })
  const box = network.wire('grace@example.org')
  for (let made = 0; made < length; made += 1000) {
    const letters = Array.from({ length: Math.min(1000, length - made) }, (_, i) => ({ sender, text: `Letter ${made + i}. ` + 'Words and words and more words. '.repeat((made + i) % 9) }))
    await box.letters(letters, { lane: 'history', at: Date.parse('2025-01-01') + made * 60_000, seen: true })
  }
  const { items: [conversation] } = await client.call<{ items: { id: string }[] }>('conversation.list', { folder: 'other' })
  const { page, errors } = await openPage(browser, house.app.url, `/c/${conversation!.id}`, { login })
  const letter = (number: number) => page.locator('.message-text', { hasText: `Letter ${number}.` })
  await letter(length - 1).waitFor()

  const up: Frame[] = []
  const tasks = await tasksOf(browser, page, async () => { up.push(...await page.evaluate<Frame[]>(scroll(-900, `< ${length - 900}`))) })
  const oldest = Math.min(...up.at(-1)!.letters)
  t.ok(oldest >= 0 && oldest < length - 900, `older ones came: letter ${oldest} of ${length}`)
  t.equal(up.every(({ letters }) => letters.length > 0 && letters.every((one, i) => i === 0 || one === letters[i - 1]! + 1)), true, 'each frame shows letters, none missing between them')
  t.equal(Math.max(...up.map(({ rows }) => rows)) < 80, true, 'the document holds only what is near the view')
  t.equal(Math.max(...up.map(({ last }) => last)) < 700, true, 'the page holds only a part of the conversation')
  // What takes long by itself does so for each of the eighteen pages that are fetched; what a busy machine makes long, for one or two of them.
  const long = tasks.filter(({ processor }) => processor > 50)
  t.comment(`longest task: ${tasks[0]!.processor} ms of the processor; longest by the clock: ${Math.max(...tasks.map(({ clock }) => clock))} ms; ${long.length} of ${tasks.length} tasks took over 50 ms`)
  t.equal(long.length <= 4, true, `no task over 50 ms by itself; these had: ${long.map(({ processor }) => processor).join(', ')} ms`)

  const down = await page.evaluate<Frame[]>(scroll(900, `> ${oldest + 500}`))
  t.ok(Math.max(...down.at(-1)!.letters) > oldest + 500, 'and newer ones come again')
  t.equal(down.every(({ letters }) => letters.length > 0 && letters.every((one, i) => i === 0 || one === letters[i - 1]! + 1)), true)

  // What comes in, or is loaded above, does not move what is read.
  await page.evaluate<Frame[]>(scroll(-20, '< 0', 60))
  const before = await page.evaluate<Frame[]>(scroll(0, '< 0', 60))
  await box.letters([{ sender, text: 'Something new' }])
  await client.until(() => client.events.some(({ type }) => type === 'message.created'))
  const after = await page.evaluate<Frame[]>(scroll(0, '< 0', 60))
  t.same([after.at(-1)!.letters[0], after.at(-1)!.top], [before.at(-1)!.letters[0], before.at(-1)!.top])

  await page.getByRole('button', { name: 'To the newest' }).click()
  await page.locator('.message-text', { hasText: 'Something new' }).waitFor()
  await box.letters([{ sender, text: 'And one more\n'.repeat(30) }])
  await page.locator('.message-text', { hasText: 'And one more' }).waitFor()
  await page.evaluate<Frame[]>(scroll(0, '< 0', 60))
  t.equal(await page.evaluate(`(() => { const pane = document.querySelector('.thread .rows'); return pane.scrollTop + pane.clientHeight >= pane.scrollHeight - 2 })()`), true, 'who is at the end stays there')
  t.same(errors, [])
})
