import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const command = join(import.meta.dirname, '../../bin/kinbox')

/** A server in a process of its own, as a person starts it. */
export type Served = {
  url: string
  /** From the start of the process to the line that says where the server is, and until /livez answered (ms). */
  saidMs: number
  aliveMs: number
  /** Resident memory now, in MiB; null where the system does not tell. */
  memory(): Promise<number | null>
  /** Of it what is the process's own: without files that are mapped, which the system takes back when it wants. */
  ownMemory(): Promise<number | null>
  /** Time on a processor so far, of all threads and of the main one (ms); NaN where the system does not tell. */
  cpu(): Promise<{ all: number, main: number }>
  /** Resolves when the process has ended. */
  stop(): Promise<void>
}

/** Runs `kinbox serve` on a folder and a free port. `compiled` false: as if it had never run before. Rejects when it ends before it is up. */
export async function serve(folder: string, { compiled = true } = {}): Promise<Served> {
  const began = performance.now()
  const child = spawn(command, ['serve', '--data', folder], { env: { ...process.env, KINBOX_PORT: '0', KINBOX_LOG_LEVEL: 'error', ...compiled ? {} : { NODE_DISABLE_COMPILE_CACHE: '1' } }, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const url = await Promise.race([lineWithUrl(child.stdout), ended.then(([code]) => { throw new Error(`the server ended with ${code} before it was up`) })])
  const saidMs = performance.now() - began
  const live = await fetch(`${url}/livez`)
  if (!live.ok) throw new Error(`/livez answers ${live.status}`)
  async function held(name: string): Promise<number | null> {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]
    return kib === undefined ? null : Number(kib) / 1024
  }
  return {
    url, saidMs, aliveMs: performance.now() - began,
    memory: () => held('VmRSS'),
    ownMemory: () => held('RssAnon'),
    async cpu() {
      const tasks = await readdir(`/proc/${child.pid}/task`).catch(() => [])
      const took = await Promise.all(tasks.map(async (task) => ({ task, ms: Number((await readFile(`/proc/${child.pid}/task/${task}/schedstat`, 'utf8').catch(() => 'NaN')).split(' ')[0]) / 1e6 })))
      return { all: took.length === 0 ? NaN : took.reduce((sum, { ms }) => sum + ms, 0), main: took.find(({ task }) => task === String(child.pid))?.ms ?? NaN }
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
      process.off('exit', kill)
    }
  }
}

async function lineWithUrl(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /http:\/\/[\w.:[\]]+/.exec(line)?.[0]
    if (url) return url
  }
  return new Promise(() => {})
}
