import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { pagePolicy } from '../../src/api/page.ts'

const root = join(import.meta.dirname, '../..')

/** A frame to make in the page. `raw`: its document as it is; `purified`: what purify.ts leaves of the HTML; `whole`: all that the page does. */
export type Frame = { name: string, html: string, sandbox: string | null, make: 'raw' | 'purified' | 'whole', style?: string }

/** What happened: dialogs and other signs of scripts by frame, and requests that left the browser. */
export type Seen = { scripts: string[], requests: string[], refused: string[] }

export type Frames = {
  /** Where they were shown last. */
  readonly page: Page
  /** Makes the frames at once, acts in them as people do where it can reach in, and waits until all is quiet; with `enough` also until that has been seen, however slow the machine is. */
  show(frames: Frame[], enough?: (seen: Seen) => boolean): Promise<Seen>
  origin: string
}

const page = '<!doctype html><meta charset="utf-8"><title>frames</title><script type="module" src="/frames.js"></script><body></body>'
const script = `
import { purify } from '/web/purify.js'
import { mark } from '/web/mark.js'
import { mailDocument } from '/web/document.js'
import { fill } from '/web/trusted.js'
const words = { quote: 'Quoted text', goes: (says, host) => 'says ' + says + ', goes to ' + host }
globalThis.show = async (frames) => {
  document.body.replaceChildren()
  const loaded = frames.map(({ name, html, sandbox, make, style }) => {
    const frame = document.createElement('iframe')
    frame.name = name
    frame.referrerPolicy = 'no-referrer'
    if (sandbox !== null) frame.setAttribute('sandbox', sandbox)
    if (make === 'raw') fill(frame, html)
    else {
      const mail = purify(html)
      if (make === 'whole') {
        globalThis.marked = mark(mail, location.origin, words)
        fill(frame, mailDocument(mail, location.origin, style ?? null))
      } else {
        const around = mail.ownerDocument.createElement('div')
        around.append(mail)
        fill(frame, around.outerHTML)
      }
    }
    document.body.append(frame)
    return new Promise((resolve) => { frame.onload = resolve; setTimeout(resolve, 2000) })
  })
  await Promise.all(loaded)
  for (const frame of document.querySelectorAll('iframe')) {
    let inside = null
    try { inside = frame.contentDocument } catch {}
    for (const element of inside?.querySelectorAll('*') ?? []) {
      for (const type of ['mouseover', 'mousemove', 'focus', 'submit', 'error', 'load', 'beforetoggle', 'toggle', 'animationstart']) element.dispatchEvent(new Event(type, { bubbles: false, cancelable: true }))
      element.focus?.()
      const link = element.closest('a, area')
      // Where people go on purpose is no matter of walls.
      if (!link || link.protocol === 'javascript:') element.click?.()
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 400))
}
globalThis.ready = true
`

const sources: Record<string, string> = Object.fromEntries(['purify', 'mark', 'document', 'walls', 'trusted'].map((name) => [`/web/${name}.js`, `web/src/html/${name}.ts`]))

/** A browser with a page that shows frames; `policy`: the page has the real page's policy, otherwise none. `answer`: what the server has besides. */
export async function openFrames(t: Test, { policy, answer = () => null }: { policy: boolean, answer?(path: string): { type: string, body: string | Uint8Array } | null }): Promise<Frames> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0]!
    const headers = { 'cache-control': 'no-store', ...(policy ? { 'content-security-policy': pagePolicy([]) } : {}) }
    const given = answer(path)
    if (given) return void response.writeHead(200, { 'content-type': given.type, 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'cross-origin' }).end(given.body)
    const code = path === '/frames.js' ? script : path === '/dompurify.js' ? readFileSync(join(root, 'node_modules/dompurify/dist/purify.es.mjs'), 'utf8')
      : sources[path] ? stripTypeScriptTypes(readFileSync(join(root, sources[path]), 'utf8')).replace("'dompurify'", "'/dompurify.js'").replace("'./walls.ts'", "'/web/walls.js'") : null
    if (code !== null) return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(code)
    if (path === '/') return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(page)
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browser = await chromium.launch({ executablePath: process.env['KINBOX_TEST_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--disable-dev-shm-usage', ...process.getuid?.() === 0 ? ['--no-sandbox'] : []] })
  t.teardown(async () => {
    await browser.close()
    server.closeAllConnections()
    server.close()
  })
  const context = await browser.newContext()
  const seen: Seen = { scripts: [], requests: [], refused: [] }
  await context.exposeBinding('ranHere', ({ frame }, what: string) => void seen.scripts.push(`${frame.name()}: ${what}`))
  await context.addInitScript(() => {
    const all = globalThis as unknown as Record<string, (what: unknown) => void>
    for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) all[name] = (what) => all['ranHere']!(`${name} ${what}`)
  })
  const own = new Set(['/', '/frames.js', '/dompurify.js', ...Object.keys(sources)])
  await context.route('**', async (route) => {
    const url = new URL(route.request().url())
    if (url.origin === origin && (own.has(url.pathname) || answer(url.pathname))) return route.continue().catch(() => undefined)
    if (/^(?:https?|wss?|ftp):$/.test(url.protocol)) seen.requests.push(url.href)
    // The page may be closed by now.
    return route.abort().catch(() => undefined)
  })
  let opening = false
  context.on('page', (opened) => void (!opening && seen.scripts.push(`window ${opened.url()}`)))
  /** A page of its own each time: what frames before did late, on a busy machine, is not taken for what these do. */
  const open = async () => {
    for (const one of context.pages()) await one.close()
    Object.assign(seen, { scripts: [], requests: [], refused: [] })
    opening = true
    const opened = await context.newPage()
    opening = false
    opened.on('dialog', (dialog) => {
      seen.scripts.push(`dialog ${dialog.message()}`)
      void dialog.dismiss()
    })
    opened.on('console', (message) => void (/Content Security Policy|TrustedHTML/.test(message.text()) && seen.refused.push(message.text())))
    return opened
  }
  let tab = await open()
  return {
    get page() { return tab },
    origin,
    async show(frames, enough = () => true) {
      tab = await open()
      await tab.goto(origin + '/')
      await tab.waitForFunction('globalThis.ready')
      await tab.evaluate((given) => (globalThis as unknown as { show(frames: Frame[]): Promise<void> }).show(given), frames)
      for (let i = 0; i < 1_200 && !enough(seen); i++) await tab.waitForTimeout(50)
      return { scripts: [...seen.scripts], requests: [...seen.requests], refused: [...seen.refused] }
    }
  }
}
