import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import t from 'tap'
import type { Test } from 'tap'
import { pagePaths } from '../../src/api/page.ts'
import { buildPage, pageIsFresh } from '../../src/cli/page-build.ts'
import { openHouse } from '../fixtures/house.ts'
import { tempFolder } from '../fixtures/store.ts'

const project = join(import.meta.dirname, '../..')
const dist = join(project, 'web/dist')

/** What the server answers, as it stands: nothing is unpacked, no redirect is followed. */
function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<{ status: number, headers: IncomingHttpHeaders, body: string }> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }))
    }).on('error', reject).end()
  })
}

t.test('the built page: small, nothing inline, and what a strict policy needs', async (t) => {
  const built = await buildPage()
  t.match(built, { outcome: /^(fresh|built)$/ })
  const html = readFileSync(join(dist, 'index.html'), 'utf8')
  t.same(html.match(/<script(?![^>]*\bsrc=)|<style|\son\w+=|javascript:|data:/gi), null)
  t.same([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url).filter((url) => !/^\/assets\/[\w-]+\.[\w]+$/.test(url!)), [])
  const assets = readdirSync(join(dist, 'assets'))
  const compressed = assets.filter((name) => name.endsWith('.js.gz')).map((name) => statSync(join(dist, 'assets', name)).size).reduce((sum, size) => sum + size, 0)
  t.equal(compressed < 120 * 1024, true, `all script, gzipped: ${compressed} bytes`)
  t.equal(compressed > 10_000, true)
  const script = assets.filter((name) => name.endsWith('.js')).map((name) => readFileSync(join(dist, 'assets', name), 'utf8')).join('\n')
  t.same(script.match(/\beval\(|new Function\(/g), null)
  t.equal(assets.filter((name) => /^words-\w+-[\w-]+\.js$/.test(name)).length, 2, 'one file for each language')
})

t.test('how it is served', async (t) => {
  const house = await openHouse(t)
  const { url } = house.app

  for (const path of ['/', '/inbox', '/c/c12?m=m34', '/person/p1', '/settings/logins', '/accounts/new/email', '/welcome']) {
    const { status, headers, body } = await get(url + path)
    t.equal(status, 200, path)
    t.equal(body, readFileSync(join(dist, 'index.html'), 'utf8'), path)
    t.match(headers, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' })
    const policy = new Map(headers['content-security-policy']!.toString().split('; ').map((one) => [one.split(' ')[0], one.split(' ').slice(1)]))
    t.same(Object.fromEntries(policy), {
      'default-src': ["'none'"], 'script-src': ["'self'"], 'style-src': ["'self'"], 'connect-src': ["'self'"], 'img-src': ["'self'", 'blob:'], 'media-src': ["'self'", 'blob:'], 'frame-src': ["'self'"],
      'form-action': ["'self'"], 'base-uri': ["'none'"], 'frame-ancestors': ["'none'"], 'require-trusted-types-for': ["'script'"], 'trusted-types': ['dompurify', 'kinbox']
    })
  }
  for (const path of ['/nothing', '/inbox/deeper', '/v1/nothing', '/assets/nothing.js', '/assets/../index.html', '/assets/%2e%2e/index.html', '/assets/..%2f..%2fpackage.json', '/index.html', '/web/src/main.tsx']) {
    const { status, headers } = await get(url + path)
    t.equal(status, 404, path)
    t.match(headers['content-security-policy'], /^default-src 'none'; frame-ancestors/, path)
  }
  t.equal((await get(url + '/assets/')).status, 400)
  t.equal((await get(url + '/inbox', {}, 'POST')).status, 404)

  const script = /src="(\/assets\/[^"]+\.js)"/.exec(readFileSync(join(dist, 'index.html'), 'utf8'))![1]!
  const plain = await get(url + script)
  t.match(plain, { status: 200, headers: { 'content-type': /^(text|application)\/javascript/, 'cache-control': 'public, max-age=31536000, immutable' } })
  const packed = await get(url + script, { 'accept-encoding': 'br, gzip' })
  t.match(packed.headers, { 'content-encoding': 'br', vary: /accept-encoding/i, 'content-type': /javascript/ })
  t.equal(Number(packed.headers['content-length']) < plain.body.length / 2, true)
  t.match((await get(url + script, { 'accept-encoding': 'gzip' })).headers, { 'content-encoding': 'gzip' })
})

t.test('the paths of the server are those of the page', async (t) => {
  const routes = readFileSync(join(project, 'web/src/routes.ts'), 'utf8')
  const app = readFileSync(join(project, 'web/src/app.tsx'), 'utf8')
  const patterns = [...routes.matchAll(/pattern: '([^']+)'/g)].map(([, pattern]) => pattern!.replace(/:\w+/, '*'))
  const doors = [.../const doors = \[([^\]]+)\]/.exec(app)![1]!.matchAll(/'([^']+)'/g)].map(([, door]) => door!)
  t.same([...new Set([...patterns, ...doors])].sort(), [...pagePaths].sort())
})

t.test('without a page the server says so, works, and serves the page as soon as it is there', async (t) => {
  const folder = await tempFolder(t)
  const house = await openHouse(t, { world: { server: { checkResults: true, page: folder } } })
  const missing = await get(house.app.url + '/inbox')
  t.match(missing, { status: 503, headers: { refresh: '3', 'content-type': /html/ }, body: /page is not there yet/ })
  t.match(await (await house.client()).call('inbox.counts'), { inbox: 0 })
  writeFileSync(join(folder, 'index.html'), '<!doctype html>')
  t.match(await get(house.app.url + '/inbox'), { status: 200, body: '<!doctype html>' })
})

/** A project of a few lines, with a page of its own. */
function smallProject(t: Test): string {
  const root = mkdtempSync(join(tmpdir(), 'kinbox-page-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, 'web/src'), { recursive: true })
  mkdirSync(join(root, 'sdk'))
  writeFileSync(join(root, 'sdk/index.ts'), 'export const client = 1\n')
  cpSync(join(project, 'web/vite.config.ts'), join(root, 'web/vite.config.ts'))
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'))
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(root, 'web/index.html'), '<!doctype html><script type="module" src="/src/main.ts"></script>')
  writeFileSync(join(root, 'web/src/main.ts'), "import { client } from '#client'\nconsole.log('the first page', client)\n")
  return root
}

t.test('the build: when it is missing or not as its sources, once at a time, and a failure leaves what is there', async (t) => {
  const root = smallProject(t)
  const page = () => readdirSync(join(root, 'web/dist/assets')).filter((name) => name.endsWith('.js')).map((name) => readFileSync(join(root, 'web/dist/assets', name), 'utf8')).join()
  const begun: boolean[] = []
  const build = (more = {}) => buildPage({ root, begins: (missing) => void begun.push(missing), ...more })

  t.equal(pageIsFresh(root), false)
  const both = await Promise.all([build(), build()])
  t.same(both.map(({ outcome }) => outcome), ['built', 'built'])
  t.match(page(), /the first page/)
  t.same(begun, [true, true])
  t.match(await build(), { outcome: 'fresh' })
  t.equal(begun.length, 2, 'nothing is said where nothing is to be done')

  writeFileSync(join(root, 'sdk/index.ts'), 'export const client = 2\n')
  t.equal(pageIsFresh(root), false, 'the client is a part of it')
  t.match(await build(), { outcome: 'built' })
  t.same(begun.slice(2), [false])

  writeFileSync(join(root, 'web/src/main.ts'), "import { nothing } from './not-there.ts'\nconsole.log(nothing)\n")
  const failed = await build()
  t.match(failed, { outcome: 'failed', why: /not-there/ })
  t.match(page(), /the first page/, 'the old page is still served')
  t.same(readdirSync(join(root, 'web')).sort(), ['dist', 'index.html', 'src', 'vite.config.ts'], 'nothing is left lying about')

  // A process that died while it built.
  mkdirSync(join(root, 'web/.building'))
  writeFileSync(join(root, 'web/.building/pid'), '4194999')
  writeFileSync(join(root, 'web/src/main.ts'), "console.log('the second page')\n")
  t.match(await build(), { outcome: 'built' })
  t.match(page(), /the second page/)

  rmSync(join(root, 'web/vite.config.ts'))
  t.match(await build(), { outcome: 'given' }, 'where only the built page is shipped, it is taken as it is')
})
