import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { pathToFileURL } from 'node:url'

export type Armed = { name: string, nth: number }
export type ServerOptions = {
  /** Where bin/kinbox lies. */
  tree: string
  data: string
  port: number
  publicUrl?: string
  /** Its waits are so many times shorter. */
  faster?: number
  /** Options of its own, as KINBOX_LOG_LEVEL. */
  options?: NodeJS.ProcessEnv
  /** Its log. */
  log: string
}

/** How a process ended: by the point it was armed with, by a signal, or by itself. */
export type End = { point: string | null, signal: string | null, code: number | null }

/** A server process. */
export type Server = {
  pid: number
  url: string
  /** Resolves with true when it listens, with false when it ended before. */
  up: Promise<boolean>
  ended: Promise<End>
  /** What it has said to its terminal. */
  said(): string
  kill(): void
}

/** A process that has loaded everything and waits for the word: then only the server's own start is left. */
export type Standby = {
  go(armed: Armed | null): Server
  /** It will not be needed. */
  drop(): void
}

const preload = pathToFileURL(join(import.meta.dirname, 'preload.ts')).href

/** What the preload needs, for any process of Kinbox. */
export function rigEnvironment(tree: string, { faster = 1, armed }: { faster?: number, armed?: Armed } = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return {
    ...(PATH ? { PATH } : {}), ...(HOME ? { HOME } : {}), ...(TMPDIR ? { TMPDIR } : {}),
    NODE_OPTIONS: `--import ${preload}`, RIG_TREE: tree, RIG_FASTER: String(faster), ...(armed ? { RIG_POINT: JSON.stringify(armed) } : {})
  }
}

/** Builds the web page of a tree where that is to be done, so that no server does it at its start. Where there are no sources, nothing is built. */
export async function preparePage(tree: string): Promise<void> {
  await new Promise((resolve) => execFile(join(tree, 'bin/kinbox'), ['page'], { timeout: 180_000 }, resolve))
}

/** `bin/kinbox serve` as a process of its own that ends with this one. */
export function standBy({ tree, data, port, publicUrl, faster = 1, options = {}, log }: ServerOptions): Standby {
  const output = openSync(log, 'a')
  const child = spawn(join(tree, 'bin/kinbox'), ['serve', '--data', data], {
    // A server that was started by npm ends when its parent is gone.
    env: { ...rigEnvironment(tree, { faster }), RIG_STANDBY: '1', npm_lifecycle_event: 'rig', KINBOX_PORT: String(port), KINBOX_LOG_LEVEL: 'warn', ...(publicUrl ? { KINBOX_PUBLIC_URL: publicUrl } : {}), ...options },
    stdio: ['ignore', 'pipe', output, 'pipe']
  })
  closeSync(output)
  const words = child.stdio[3] as Duplex
  words.on('error', () => undefined)
  let point: string | null = null
  words.on('data', (chunk: Buffer) => { point = chunk.toString().trim() })
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  // 'close', so that the name of the point has been read.
  const ended = once(child, 'close').then(([code, signal]: (string | number | null)[]): End => {
    process.off('exit', kill)
    return { point, signal: signal as string | null, code: code as number | null }
  })
  return {
    go(armed) {
      words.write(JSON.stringify(armed) + '\n')
      const { up, said } = listens(child, ended)
      return { pid: child.pid!, url: `http://127.0.0.1:${port}`, up, said, ended, kill }
    },
    drop: kill
  }
}

/** Starts a server and waits until it listens. Throws with its last words when it does not. */
export async function startServer(options: ServerOptions): Promise<Server> {
  await preparePage(options.tree)
  const server = standBy(options).go(null)
  if (!await server.up) throw new Error(`the server did not start: ${readFileSync(options.log, 'utf8').slice(-2000)}`)
  return server
}

function listens(child: ChildProcess, ended: Promise<End>): { up: Promise<boolean>, said(): string } {
  let said = ''
  const up = new Promise<boolean>((resolve) => child.stdout!.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    if (said.includes('Kinbox is at')) resolve(true)
  }))
  return { up: Promise.race([up, ended.then(() => false)]), said: () => said }
}
