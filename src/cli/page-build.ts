import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export type PageBuild = {
  /** fresh: nothing was to be done. failed: `why` has the builder's words. given: there are no sources here, so what is there is right. */
  outcome: 'fresh' | 'built' | 'failed' | 'given'
  why?: string
  ms: number
}

const project = join(import.meta.dirname, '../..')
const limitMs = 120_000

/**
 * Builds the web page where it is missing, or made from other sources than those that lie here. Several processes may ask at once:
 * one builds, the others wait for it. The page is exchanged as a whole, so that a running server never serves half of one. Never rejects.
 * `begins` is called before something takes time; `root` is the project's folder.
 */
export async function buildPage({ begins = () => undefined, signal, force = false, root = project }: { begins?(missing: boolean): void, signal?: AbortSignal, force?: boolean, root?: string } = {}): Promise<PageBuild> {
  const start = performance.now()
  const web = join(root, 'web')
  const dist = join(web, 'dist')
  const done = (outcome: PageBuild['outcome'], why?: string): PageBuild => ({ outcome, ms: Math.round(performance.now() - start), ...(why === undefined ? {} : { why }) })
  try {
    if (!existsSync(join(web, 'vite.config.ts'))) return existsSync(join(dist, 'index.html')) ? done('given') : done('failed', 'There are neither sources of the page here nor a built one.')
    if (!force && pageIsFresh(root)) return done('fresh')
    begins(!existsSync(join(dist, 'index.html')))
    const release = await takeTurn(join(web, '.building'), signal)
    const made = join(web, `.dist-${process.pid}`)
    try {
      if (!force && pageIsFresh(root)) return done('built')
      const digest = digestOfSources(root)
      const failed = await vite(root, made, signal)
      if (failed !== null) return done('failed', failed)
      await compress(join(made, 'assets'))
      writeFileSync(join(made, 'sources'), digest)
      exchange(made, dist, join(web, `.old-${process.pid}`))
      return done('built')
    } finally {
      rmSync(made, { recursive: true, force: true })
      release()
    }
  } catch (error) {
    return done('failed', error instanceof Error ? error.message : String(error))
  }
}

/** Whether the built page was made from the sources as they are now. */
export function pageIsFresh(root = project): boolean {
  try {
    return readFileSync(join(root, 'web/dist/sources'), 'utf8') === digestOfSources(root)
  } catch {
    return false
  }
}

/** By what is in them: the times of files say nothing after a checkout or a copy. */
function digestOfSources(root: string): string {
  const hash = createHash('sha256')
  const add = (path: string) => hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0')
  for (const path of ['web/index.html', 'web/vite.config.ts'].map((name) => join(root, name))) add(path)
  for (const folder of [join(root, 'web/src'), join(root, 'sdk')]) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !entry.parentPath.includes('examples')).map((entry) => join(entry.parentPath, entry.name))
    for (const path of files.sort()) add(path)
  }
  for (const name of ['vite', 'preact', 'i18next', 'dompurify']) {
    const path = join(root, 'node_modules', name, 'package.json')
    if (existsSync(path)) hash.update((JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version)
  }
  return hash.digest('hex')
}

/** In a process of its own: it takes 100 MB for a second, and may end in any way. Null, or what it said where it failed. */
async function vite(root: string, folder: string, signal: AbortSignal | undefined): Promise<string | null> {
  const program = join(root, 'node_modules/vite/bin/vite.js')
  if (!existsSync(program)) return 'The builder (vite) is not installed. Run: npm ci'
  const child = spawn(process.execPath, [program, 'build', join(root, 'web'), '--config', join(root, 'web/vite.config.ts'), '--outDir', folder, '--logLevel', 'warn'], {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' }, timeout: limitMs, ...(signal ? { signal } : {})
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (said = (said + chunk.toString()).slice(-4000)))
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code) => resolve(code === 0 ? null : wordsOf(said) || `It ended with ${code ?? 'a signal'}.`))
  })
}

/** What the builder said, without its colours and its own stack. */
function wordsOf(said: string): string {
  const plain = said.replace(/\u001b\[[0-9;]*m/g, '')
  return plain.split(/^\s*(?:Stack backtrace:|at .*node_modules)/m)[0]!.trim().split('\n').slice(-20).join('\n')
}

/** Beside each file what browsers take instead of it. */
async function compress(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const content = readFileSync(path)
    const small = await promisify(gzip)(content, { level: 9 })
    if (small.length >= content.length) continue
    writeFileSync(path + '.gz', small)
    writeFileSync(path + '.br', await promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
  }
}

function exchange(made: string, dist: string, old: string): void {
  rmSync(old, { recursive: true, force: true })
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(made, dist)
  rmSync(old, { recursive: true, force: true })
}

/** One builder at a time; the lock of a process that is gone counts no more. */
async function takeTurn(lock: string, signal: AbortSignal | undefined): Promise<() => void> {
  const until = performance.now() + limitMs
  for (;;) {
    try {
      mkdirSync(lock)
      writeFileSync(join(lock, 'pid'), String(process.pid))
      return () => rmSync(lock, { recursive: true, force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (holderIsGone(lock) || performance.now() > until) rmSync(lock, { recursive: true, force: true })
    else await pause(100, undefined, signal ? { signal } : {})
  }
}

function holderIsGone(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0)
    return false
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Not written yet: it has just begun.
    return code === 'ESRCH'
  }
}
