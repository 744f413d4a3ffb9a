import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { linkedCss, linkedHtml } from '../../src/content/html-links.ts'
import { safeHtml } from '../../src/content/html.ts'
import { framePolicy, sandbox } from '../../web/src/html/walls.ts'
import { chromiumMissing } from '../servers/chromium.ts'
import { openFrames } from './html-frames.ts'
import type { Frame, Frames, Seen } from './html-frames.ts'

const corpora = process.env['KINBOX_CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora')
const file = join(corpora, 'html-xss.jsonl')
const skip = chromiumMissing || (existsSync(file) ? false : 'the payloads are missing: set KINBOX_CORPORA')
const payloads = skip ? [] : readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { id: string, html: string })

/** More of what mail programs have fallen for: mutation, styles, forms, refreshes, prefetching, tracking. */
const more = [
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<svg><style><img src="</style><img src=x onerror=alert(2)>">', '<noscript><p title="</noscript><img src=x onerror=alert(3)>">',
  '<base href="http://t.invalid/"><a href="x">x</a>', '<meta http-equiv="refresh" content="0;url=http://t.invalid/refresh">',
  '<link rel="stylesheet" href="http://t.invalid/a.css"><link rel="dns-prefetch" href="//t.invalid"><link rel="preload" as="image" href="http://t.invalid/p.png"><link rel="prefetch" href="http://t.invalid/f">',
  '<style>@import url("http://t.invalid/i.css");@font-face{font-family:x;src:url(http://t.invalid/f.woff)}p{background:url(http://t.invalid/b.png);font-family:x}</style><p>text',
  '<p style="background:url(http://t.invalid/1.png);list-style:url(http://t.invalid/2.png);cursor:url(http://t.invalid/3.png),auto;border-image:url(http://t.invalid/4.png) 1">text',
  '<p style="background:u\\72l(http://t.invalid/5.png)">text', '<p style="background:image-set(\'http://t.invalid/6.png\' 1x)">text', '<p style="--x:url(http://t.invalid/7.png);background:var(--x)">text',
  '<img srcset="http://t.invalid/s.png 1x" src="http://t.invalid/r.png">', '<picture><source srcset="http://t.invalid/ps.png"><img src="http://t.invalid/pi.png"></picture>',
  '<table background="http://t.invalid/tb.png"><tr><td background="http://t.invalid/td.png">x</table>', '<video poster="http://t.invalid/v.png" src="http://t.invalid/v.mp4" autoplay></video><audio src="http://t.invalid/a.mp3" autoplay></audio>',
  '<iframe src="http://t.invalid/frame"></iframe><object data="http://t.invalid/o.svg"></object><embed src="http://t.invalid/e.svg">', '<input type="image" src="http://t.invalid/in.png">', '<svg><image href="http://t.invalid/svg.png"/><use href="http://t.invalid/u.svg#a"/></svg>',
  '<a href="http://t.invalid/ping" ping="http://t.invalid/pinged">x</a>', '<details open ontoggle=alert(4)><summary>x</summary></details>', '<a href="java&#x09;script:alert(5)">x</a><a href="\u0001javascript:alert(6)">x</a><a href=" JaVaScRiPt:alert(7)">x</a>',
  '<iframe srcdoc="<script>parent.alert(8)</script>"></iframe>', '<img src="data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22 onload=%22alert(9)%22/>">', '<style>*{animation:x 1s}@keyframes x{from{color:red}}</style><p onanimationstart=alert(10)>x',
  '<div data-src="http://t.invalid/ds.png" data-remote="http://t.invalid/dr.png"><img data-src="//t.invalid/di.png"><img data-src="/v1/blobs/../../x" alt=x></div>', '<xmp><p title="</xmp><img src=x onerror=alert(11)>">', '<template shadowrootmode=open><img src=x onerror=alert(12)></template>'
].map((html, n) => ({ id: `more/${n + 1}`, html }))

const all = [...payloads, ...more]

/** How many frames a script ran in. */
const ran = ({ scripts }: Pick<Seen, 'scripts'>) => new Set(scripts.map((line) => line.split(':')[0])).size

async function count(frames: Frames, make: (one: { id: string, html: string }) => Frame): Promise<Pick<Seen, 'scripts' | 'requests'>> {
  const scripts: string[] = []
  const requests: string[] = []
  for (let at = 0; at < all.length; at += 72) {
    const seen = await frames.show(all.slice(at, at + 72).map(make))
    scripts.push(...seen.scripts)
    requests.push(...seen.requests)
  }
  return { scripts, requests }
}

const safe = (html: string) => safeHtml(html, new Map()).html
const nothing = { scripts: [], requests: [] }

t.test('hostile HTML in a real browser', { skip, timeout: 280_000 }, async (t) => {
  const frames = await openFrames(t, { policy: false })
  const frame = (one: { id: string, html: string }, how: Partial<Frame> = {}): Frame => ({ name: one.id, html: one.html, sandbox: null, make: 'raw', ...how })

  const open = await frames.show(all.map((one) => frame(one)), (seen) => ran(seen) >= 25 && seen.requests.length >= 40)
  t.ok(ran(open) >= 25, `without walls scripts run (${open.scripts.length}), so this test can see them`)
  t.ok(open.requests.length >= 40, `and requests are made (${open.requests.length})`)

  t.same(await count(frames, (one) => frame(one, { html: safe(one.html) })), nothing, 'wall 1 alone: what the server makes of it')
  t.same(await count(frames, (one) => frame(one, { make: 'purified' })), nothing, 'wall 2 alone: what the page makes of it')
  t.same((await count(frames, (one) => frame(one, { sandbox }))).scripts, [], 'wall 3 alone: the sandbox runs nothing; requests are not its business')
})

t.test("wall 4 alone: the policies of the frame's document and of the page around it", { skip, timeout: 280_000 }, async (t) => {
  const frames = await openFrames(t, { policy: true })
  const policy = `<meta http-equiv="Content-Security-Policy" content="${framePolicy(frames.origin)}">`
  t.same(await count(frames, ({ id, html }) => ({ name: id, html: policy + html, sandbox: null, make: 'raw' })), nothing)
})

t.test('all walls, as the page has them', { skip, timeout: 280_000 }, async (t) => {
  const frames = await openFrames(t, { policy: true, answer: (path) => path === '/v1/blobs/s1' ? { type: 'text/css', body: linkedCss('', { part: (id) => id, remote: null }) } : null })
  t.same(await count(frames, (one) => ({ name: one.id, html: safe(one.html), sandbox, make: 'whole', style: '/v1/blobs/s1' })), nothing)
})

t.test('a friendly mail is shown as it was laid out, under all walls and the policy of the page', { skip: chromiumMissing, timeout: 280_000 }, async (t) => {
  const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNgkHHAj0alsUkDAIiMIHEnWcSJAAAAAElFTkSuQmCC', 'base64')
  const mail = `<html><head><style>.big{font-size:40px} body{background-color:#ffeedd} a{display:none!important} .k-goes,span{display:none!important;font-size:0!important}</style></head><body>
    <p class="big" style="color:rgb(200, 0, 0)">Hello</p><img src="cid:logo@x" width="10" height="10" alt="logo"><img src="https://pictures.example/a.png" alt="far away">
    <p><a href="https://evil.test/login">www.bank.com</a></p><blockquote type="cite">what was said before</blockquote></body></html>`
  const made = safeHtml(mail, new Map([['logo@x', 'b7']]))
  const links = { part: (id: string) => `/v1/blobs/${id}`, remote: null }
  const asked: string[] = []
  const frames = await openFrames(t, {
    policy: true,
    answer(path) {
      if (path.startsWith('/v1/')) asked.push(path)
      return path === '/v1/blobs/s1' ? { type: 'text/css', body: linkedCss(made.css, links) } : path === '/v1/blobs/b7' ? { type: 'image/png', body: pixel } : null
    }
  })
  const seen = await frames.show([{ name: 'mail', html: linkedHtml(made.html, links), sandbox, make: 'whole', style: '/v1/blobs/s1' }])
  t.same(seen, { scripts: [], requests: [], refused: [] })
  const frame = frames.page.frame({ name: 'mail' })!
  const styleOf = (selector: string) => frame.locator(selector).first().evaluate((element) => {
    const { color, fontSize, display, backgroundColor } = (element.ownerDocument.defaultView as unknown as { getComputedStyle(element: unknown): Record<string, string> }).getComputedStyle(element)
    return { color, fontSize, display, backgroundColor }
  })
  t.match(await styleOf('p'), { color: 'rgb(200, 0, 0)', fontSize: '40px' }, 'its styles, inline and of its sheet')
  t.match(await styleOf('.k-mail'), { backgroundColor: 'rgb(255, 238, 221)' }, 'its ground')
  t.equal(await frame.locator('img').first().evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth), 10, 'its own pictures')
  t.match(await styleOf('.k-goes'), { fontSize: '14px', display: 'inline' }, 'it cannot hide what is said about it')
  t.match(await frame.locator('.k-goes').textContent(), 'says www.bank.com, goes to evil.test')
  t.same(await frame.locator('a').evaluate((link) => ['target', 'rel', 'title'].map((name) => (link as unknown as { getAttribute(name: string): string }).getAttribute(name))), ['_blank', 'noopener noreferrer nofollow', 'https://evil.test/login'])
  t.equal(await frame.locator('details.k-quote summary').textContent(), 'Quoted text')
  t.equal(await frame.locator('blockquote').isVisible(), false, 'what was quoted is folded')
  t.same(await frames.page.evaluate('globalThis.marked'), { blocked: 1, fetched: 0, hosts: ['evil.test'] })
  t.same([...new Set(asked)].sort(), ['/v1/blobs/b7', '/v1/blobs/s1'])
})
