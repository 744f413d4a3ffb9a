import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Test } from 'tap'
import type { Proof } from '../../src/connector.ts'
import type { World } from '../../src/app.ts'
import type { Client } from '../fixtures/client.ts'
import { openHouse } from '../fixtures/house.ts'
import type { House } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import type { Letter, Wire } from '../fixtures/network.ts'
import { openChromium, openPage } from '../servers/chromium.ts'
import type { Shown } from '../servers/chromium.ts'

export const login = { name: 'grace', password: 'correct horse battery staple' }
export const own = 'grace@example.org'
/** What the mail server of this network proposes to be believed by. */
export const authserv = 'mx.example.org'
export const proven: Proof = { level: 'verified', evidence: ['Their server signed it.'], covers: ['to', 'cc', 'list-unsubscribe', 'list-unsubscribe-post'] }

export type Stage = {
  house: House
  browser: Browser
  client: Client
  mail: Wire
  account: string
  /** A letter from `Alice <alice@friend.example>`, proven unless said otherwise. Resolves once it is stored. */
  writes(from: string, text: string, more?: Letter): Promise<void>
  contact(address: string): Promise<Contact>
  /** A window in which the user is signed in, with what went wrong in it. */
  open(path: string, options?: BrowserContextOptions): Promise<Shown>
}

export type Contact = { id: string, name: string, friend: string, pictures?: boolean, verifiedOnly?: boolean, addresses: { address: string }[] }

/** One house and one browser for many screens: a user with a mailbox whose server can be believed, and whose files may be bytes. */
export async function openStage(t: Test, world: World = {}): Promise<Stage> {
  const network = playNetwork(t)
  const folder = network.connectors[0]!
  const file = join(folder, 'letters.ts')
  const changed = readFileSync(file, 'utf8')
    .replace('Buffer.from(text)', "Buffer.from(text.replace(/^base64:/, ''), text.startsWith('base64:') ? 'base64' : 'utf8')")
    .replace('secret: { type', "authserv: { type: 'string' }, secret: { type")
    .replace('async prove', `context: ({ authserv }) => authserv ? { authserv } : {}, propose: () => ({ settings: { authserv: '${authserv}' }, evidence: ['All of it bears its results.'] }),\n  async prove`)
  writeFileSync(file, changed)
  const house = await openHouse(t, { world: { ...world, connectors: network.connectors } })
  const browser = await openChromium(t)
  await house.addUser(login.name, login.password)
  const client = await house.client(login.name)
  const account = await house.connectAccount(client, 'letters', { own, secret })
  const mail = network.wire(own)
  return {
    house, browser, client, mail, account,
    writes: (from, text, more = {}) => {
      const [, name, address = from] = /^(.*) <(.*)>$/.exec(from) ?? []
      return mail.letters([{ sender: { kind: 'email', address, raw: from, ...(name ? { name } : {}) }, recipients: [{ kind: 'email', address: own, role: 'to' }], text, proof: proven, ...more }])
    },
    async contact(address) {
      const { items } = await client.call<{ items: Contact[] }>('contact.list', { limit: 200 })
      const found = items.find(({ addresses }) => addresses.some((one) => one.address === address))
      if (!found) throw new Error(`nobody has ${address}`)
      return found
    },
    open: (path, options = {}) => openPage(browser, house.app.url, path, { login, ...options })
  }
}

/** Waits until an expression holds on the page; waitForFunction would need `eval`, which the page's policy refuses. */
export async function until(t: Test, page: Page, expression: string): Promise<void> {
  for (let i = 0; i < 3_000 && !await page.evaluate<boolean>(expression); i++) await page.waitForTimeout(20)
  t.equal(await page.evaluate<boolean>(expression), true, expression)
}

/** Asks until this is the answer: what a page shows before the server has it says nothing about the server. */
export async function becomes<T>(t: Test, ask: () => Promise<T>, wanted: T, words = 'what the server has'): Promise<void> {
  for (let i = 0; i < 3_000 && !isDeepStrictEqual(await ask(), wanted); i++) await pause(20)
  t.same(await ask(), wanted, words)
}

/** Presses keys (`g`, `Shift+r`) as fast as they can follow each other: the next one before the page is painted again. Resolves with the name of the element that has the focus then. */
export function quickly(page: Page, ...keys: string[]): Promise<string> {
  return page.evaluate(`(async () => {
    for (const pressed of ${JSON.stringify(keys)}) {
      const key = pressed.replace('Shift+', '')
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey: key !== pressed, bubbles: true, cancelable: true }))
      await new Promise((then) => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = then
        port2.postMessage(0)
      })
    }
    return document.activeElement.tagName
  })()`)
}

/** Keeps a picture of the page in the folder that KINBOX_LOOK names, for whoever wants to look. */
export async function look(page: Page, name: string): Promise<void> {
  const folder = process.env['KINBOX_LOOK']
  if (folder) await page.screenshot({ path: join(folder, name + '.png'), animations: 'disabled' })
}
