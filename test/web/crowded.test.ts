import t from 'tap'
import type { Page } from 'playwright-core'
import { chromiumMissing } from '../servers/chromium.ts'
import { look, openStage, own, until } from './stage.ts'

// However busy the machine is: each step waits for itself.
t.setTimeout(280_000)

/** Whatever stands out of the page at its sides, where nothing cuts it off or scrolls it into view. */
const outside = (page: Page) => page.evaluate<string[]>(`(() => {
  const kept = (one) => one.localName !== 'main' && (getComputedStyle(one).overflowX !== 'visible' || kept(one.parentElement))
  return [...document.querySelectorAll('main *')].filter((one) => {
    const { left, right, width } = one.getBoundingClientRect()
    return width > 1 && (left < -1 || right > innerWidth + 1) && !kept(one.parentElement)
  }).map((one) => one.className || one.tagName)
})()`)
/** Whatever stands out of the bubble that it is written in. */
const spilt = (page: Page) => page.evaluate<number>(`[...document.querySelectorAll('.message-box *')].filter((one) => one.getBoundingClientRect().right > one.closest('.message-box').getBoundingClientRect().right + 1).length`)

t.test('much, long and nothing at all, on a small screen', { skip: chromiumMissing }, async (t) => {
  const stage = await openStage(t)
  const { client, mail, contact, house, writes } = stage
  const friend = async (address: string) => {
    const { id } = await contact(address)
    await client.call('friend.set', { contactId: id, friend: true })
    return client.call<{ conversationId: string }>('contact.get', { id }).then(({ conversationId }) => conversationId)
  }
  const unread = (id: string) => client.call<{ unread: number }>('conversation.get', { id }).then((conversation) => conversation.unread)
  const alice = 'Alice Example <alice@friend.example>'
  await writes(alice, 'the first of all')
  const conversation = await friend('alice@friend.example')
  const { page, errors, elsewhere } = await stage.open('/inbox', { viewport: { width: 360, height: 640 } })
  const go = (path: string) => page.goto(house.app.url + path)

  await t.test('more that is unread than is loaded: it begins with the first, and nothing counts as read that nobody saw', async (t) => {
    const from = { kind: 'email', address: 'alice@friend.example', name: 'Alice Example', raw: alice }
    await mail.letters(Array.from({ length: 240 }, (_, i) => ({ sender: from, recipients: [{ kind: 'email', address: own, role: 'to' as const }], text: `number ${i + 1}`, proof: { level: 'verified' as const, evidence: [], covers: [] } })))
    await go(`/c/${conversation}`)
    await page.locator('.message', { hasText: 'the first of all' }).waitFor()
    await until(t, page, 'document.querySelector(".unread-line")?.getBoundingClientRect().top > 0')
    await page.locator('.to-end .badge', { hasText: /^2[0-3]\d/ }).waitFor()
    const left = await unread(conversation)
    t.equal(left > 200 && left < 241, true, `${left} of 241 are unread`)
    await page.locator('.to-end').press('Enter')
    await page.locator('.message', { hasText: 'number 240' }).waitFor()
    await client.until(() => client.events.some(({ type, id, data }) => type === 'conversation.changed' && id === conversation && data?.unread === 0))
  })

  await t.test('names without an end stay within their lines, and a name of spaces is none', async (t) => {
    const long = 'a.local.part.that.goes.on.and.on@a-name-of-a-domain-that-nobody-would-want-to-type.friend.example'
    await writes(`${'X'.repeat(120)} <${long}>`, 'Supercalifragilistic'.repeat(20))
    const endless = await friend(long)
    await mail.letters([{ sender: { kind: 'email', address: 'blank@friend.example', name: ' \u200b ', raw: 'blank@friend.example' }, recipients: [{ kind: 'email', address: own, role: 'to' }], text: ' \n\n ' }])
    const blank = await friend('blank@friend.example')
    await go(`/c/${endless}`)
    await page.locator('.way').waitFor()
    await page.locator('.message').waitFor()
    await look(page, 'endless')
    t.same(await outside(page), [])
    t.equal(await spilt(page), 0)
    t.equal(await page.evaluate<number>('document.querySelector(".composer-text").offsetHeight') < 60, true, 'an empty line is one line')
    t.equal(await page.getByRole('button', { name: /^Mark as (un)?read$/ }).evaluate((button) => button.getBoundingClientRect().right <= 360), true)
    await go(`/c/${blank}`)
    await page.getByRole('heading', { level: 1, name: 'blank@friend.example' }).waitFor()
    await page.locator('.message', { hasText: '(no text)' }).waitFor()
    await go('/inbox')
    await page.locator('.conversation-row', { hasText: 'blank@friend.example' }).waitFor()
  })

  await t.test('the place where one is can be seen in the navigation', async (t) => {
    for (const path of ['/archive', '/settings', '/inbox']) {
      await go(path)
      await until(t, page, `(() => {
        const { left, right } = document.querySelector('.nav [aria-current]')?.getBoundingClientRect() ?? { left: -1, right: 0 }
        return left >= 0 && right <= innerWidth
      })()`)
    }
  })

  await t.test('Tab leads through a list to its end, and what has the focus is in sight', async (t) => {
    for (let i = 0; i < 30; i++) await writes(`Stranger ${i} <stranger${i}@shop.example>`, `An offer, number ${i}`)
    await go('/other')
    await page.locator('.conversation-row').first().waitFor()
    await page.locator('.rows').focus()
    const reached = new Set<string>()
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press('Tab')
      const [name, sight] = await page.evaluate<[string, boolean]>(`(async () => {
        await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))
        const { top, bottom } = document.activeElement.getBoundingClientRect()
        const pane = document.querySelector('.rows').getBoundingClientRect()
        return [document.activeElement.querySelector('.conversation-name')?.textContent, top >= pane.top - 1 && bottom <= pane.bottom + 1]
      })()`)
      t.equal(sight, true, name)
      reached.add(name)
    }
    t.equal(reached.size, 30)
  })

  await t.test('the way back from a conversation leads to its place in the list', async (t) => {
    await page.locator('.conversation-row', { has: page.getByText('Stranger 4', { exact: true }) }).press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Stranger 4' }).waitFor()
    await page.goBack()
    await until(t, page, 'document.activeElement.querySelector(".conversation-name")?.textContent === "Stranger 4"')
    t.equal(await page.evaluate('(() => { const { top, bottom } = document.activeElement.getBoundingClientRect(); return top > 0 && bottom < innerHeight })()'), true)
  })

  await t.test('on its side a phone still shows what was written', async (t) => {
    await page.setViewportSize({ width: 640, height: 360 })
    await go(`/c/${conversation}`)
    await page.locator('.message', { hasText: 'number 240' }).waitFor()
    await page.locator('.way').waitFor()
    await look(page, 'on-its-side')
    t.same(await outside(page), [])
    t.equal(await page.evaluate<number>('document.querySelector(".thread").offsetHeight') > 180, true, 'half of the screen')
    await page.getByRole('link', { name: 'Back' }).press('Enter')
    await page.locator('.nav').waitFor()
  })
  t.same(elsewhere, [])
  t.same(errors, [])
})
