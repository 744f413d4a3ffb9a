import { accessSync, constants } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Test } from 'tap'
import { buildPage } from '../../src/cli/page-build.ts'

const binary = '/usr/bin/chromium'

/** Why a real browser cannot be used here, in words for a skip; false where it can. */
export const chromiumMissing: string | false = missing()

function missing(): string | false {
  try {
    accessSync(binary, constants.X_OK)
    return false
  } catch {
    return 'Chromium is not installed: apt-get install chromium'
  }
}

/** Starts a Chromium that ends with the test, and builds the page that a server of this project serves, where it is not fresh. */
export async function openChromium(t: Test): Promise<Browser> {
  const built = await buildPage()
  if (built.outcome === 'failed') throw new Error(built.why)
  const browser = await chromium.launch({ executablePath: binary, args: ['--disable-gpu', ...process.getuid?.() === 0 ? ['--no-sandbox'] : []] })
  t.teardown(() => browser.close())
  return browser
}

export type Shown = {
  page: Page
  /** Errors of the page, of its console and of its policy so far. */
  errors: string[]
  /** Requests to anywhere but the server. */
  elsewhere: string[]
}

/** A window of a browser of its own. With `login` somebody is signed in already, by a cookie. `path` is opened. */
export async function openPage(browser: Browser, url: string, path: string, { login, ...options }: BrowserContextOptions & { login?: { name: string, password: string } } = {}): Promise<Shown> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 }, ...options })
  if (login) {
    const answer = await context.request.post(url + '/v1/login', { data: login })
    if (!answer.ok()) throw new Error(`login: ${answer.status()} ${await answer.text()}`)
  }
  const page = await context.newPage()
  // Whatever else the machine does: only what never comes is to fail.
  page.setDefaultTimeout(60_000)
  const errors: string[] = []
  const elsewhere: string[] = []
  page.on('pageerror', (error) => errors.push(String(error.stack ?? error)))
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()) })
  page.on('request', (request) => { if (!/^(data|blob|about):/.test(request.url()) && new URL(request.url()).host !== new URL(url).host) elsewhere.push(request.url()) })
  await page.goto(url + path)
  return { page, errors, elsewhere }
}
