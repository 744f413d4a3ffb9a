import t from 'tap'
import { openHouse } from '../fixtures/house.ts'
import { chromiumMissing, openChromium, openPage } from '../servers/chromium.ts'
import { findings } from './axe.ts'

const login = { name: 'grace', password: 'correct horse battery staple' }

t.test('how long what machines send is kept: looking through the list deletes nothing', { skip: chromiumMissing }, async (t) => {
  const house = await openHouse(t)
  await house.addUser(login.name, login.password)
  const client = await house.client(login.name)
  const kept = async () => (await client.call<{ keepDays: Record<string, number | null> }>('settings.get')).keepDays
  const { page } = await openPage(await openChromium(t), house.app.url, '/settings/other', { login })
  const list = page.getByLabel('Newsletters')
  await list.focus()
  await page.keyboard.press('ArrowDown')
  t.equal(await list.inputValue(), '7')
  t.equal((await kept())['newsletters'], null)
  await page.keyboard.press('ArrowDown')
  await page.getByRole('button', { name: 'Save' }).press('Enter')
  await client.until(() => client.events.some(({ type }) => type === 'settings.changed'))
  t.same(await kept(), { newsletters: 30, notifications: null, receipts: null })
  t.same(await findings(page), [])
})
