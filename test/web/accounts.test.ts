import t from 'tap'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import { chromiumMissing, openChromium, openPage } from '../servers/chromium.ts'
import { findings } from './axe.ts'

t.test('accounts: any connector by its own form, trouble in words, secrets that stay, the end', { skip: chromiumMissing }, async (t) => {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors }, config: { publicUrl: null } })
  await house.addUser('bob', 'correct horse battery')
  const client = await house.client('bob')
  const browser = await openChromium(t)
  const { page, errors, elsewhere } = await openPage(browser, house.app.url, '/inbox', { login: { name: 'bob', password: 'correct horse battery' } })

  // Somebody without accounts is led to connect one, and may leave it for later.
  await page.getByRole('heading', { level: 1, name: 'Connect your mailbox' }).waitFor()
  await page.getByRole('button', { name: 'Later' }).click()
  await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor()

  await page.goto(house.app.url + '/accounts/new')
  t.same(await findings(page), [])
  await page.locator('a[href="/accounts/new/letters"]').click()
  await page.locator('[name=own]').fill('bob@example.org')
  await page.locator('[name=secret]').fill('not the secret')
  t.equal(await page.locator('[name=secret]').getAttribute('type'), 'password')
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByRole('alert').waitFor()
  t.equal((await client.call<{ items: unknown[] }>('account.list')).items.length, 0, 'nothing is kept of what does not work')
  await page.locator('[name=secret]').fill(secret)
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByRole('heading', { level: 1, name: 'bob@example.org' }).waitFor()
  await page.getByText('Connected', { exact: true }).waitFor()

  // What comes by the same account twice might be shown twice.
  await page.goto(house.app.url + '/accounts/new/letters')
  await page.locator('[name=own]').fill('bob@example.org')
  await page.locator('[name=secret]').fill(secret)
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByRole('alert').getByText('bob@example.org is connected already.').waitFor()
  t.equal((await client.call<{ items: unknown[] }>('account.list')).items.length, 1)
  await page.getByRole('link', { name: 'Go to it' }).click()
  await page.getByRole('heading', { level: 1, name: 'bob@example.org' }).waitFor()
  const refused = await client.call('account.put', { kind: 'letters', settings: { own: 'bob@example.org', secret }, once: true }).catch((error: unknown) => error)
  t.match(refused, { kind: 'conflict', detail: { name: 'bob@example.org', kind: 'letters' } })

  t.equal(await page.locator('[name=own]').inputValue(), 'bob@example.org')
  t.equal(await page.locator('[name=secret]').inputValue(), '', 'a secret is never told')
  await page.getByText('Kept on the server').waitFor()
  await page.getByLabel('Name of the account').fill('My letters')
  await page.getByRole('button', { name: 'Try and save' }).click()
  await page.getByRole('heading', { level: 1, name: 'My letters' }).waitFor()
  await page.getByText('Connected', { exact: true }).waitFor()
  t.same(await findings(page), [])

  // Its password is changed at the provider: the page says so by itself, wherever one is.
  await page.keyboard.press('Escape')
  network.wire('bob@example.org').refuses = { code: 'wrong-password', text: 'The server refused this password.', retry: 'after-login' }
  network.wire('bob@example.org').lose({ code: 'wrong-password', text: 'The server refused this password.', retry: 'after-login' })
  await page.getByText('The server refused this password.').waitFor()
  await page.getByRole('link', { name: /Accounts.*1 account needs you/ }).waitFor()

  await page.getByRole('button', { name: 'Remove' }).click()
  const dialog = page.getByRole('dialog', { name: 'Remove My letters?' })
  await dialog.getByRole('button', { name: 'Keep it' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Remove' }).click()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('Nothing is connected yet').waitFor()
  t.same((await client.call('account.list')), { items: [] })
  t.same(elsewhere, [])
  t.same(errors, [])
})
