import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Answer, Ask, Made } from './child.ts'

export type Thumbnailer = {
  /** A small picture (WebP) of the file at `path`; null where there can be none: no picture, too large, broken, or hostile. */
  make(path: string): Promise<Made | null>
  stop(): void
}

const child = fileURLToPath(new URL('./child.ts', import.meta.url))
const startMs = 30_000

/**
 * Pictures of strangers are opened in a process of its own, which knows nothing of this one and is killed when it takes longer than
 * `ms` or more than `memoryMb`; more than `pixels` are not opened. One at a time; when nothing comes for `idleMs` it ends.
 */
export function openThumbnailer({ edge = 480, pixels = 50_000_000, ms = 10_000, memoryMb = 768, idleMs = 20_000 }: { edge?: number, pixels?: number, ms?: number, memoryMb?: number, idleMs?: number } = {}): Thumbnailer {
  let process_: ChildProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()
  let stopped = false

  function end(): void {
    clearTimeout(idle)
    process_?.kill('SIGKILL')
    process_ = undefined
  }

  function start(): Promise<ChildProcess> {
    // No environment, no flags of this process, no open files of it: only the channel.
    const started = fork(child, [], { env: {}, execArgv: ['--max-old-space-size=128'], serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    started.unref()
    started.channel?.unref()
    started.on('error', () => {})
    process_ = started
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => started.kill('SIGKILL'), startMs)
      started.once('message', () => {
        clearTimeout(late)
        resolve(started)
      })
      started.once('exit', () => {
        clearTimeout(late)
        if (process_ === started) process_ = undefined
        reject(new Error('pictures cannot be made smaller here: the process for it does not start'))
      })
    })
  }

  async function one(path: string): Promise<Made | null> {
    clearTimeout(idle)
    if (stopped) return null
    const running = process_ ?? await start()
    const { promise, resolve } = Promise.withResolvers<Made | null>()
    const heard = (answer: Answer) => 'made' in answer && resolve(answer.made)
    const gone = () => resolve(null)
    running.on('message', heard).on('exit', gone)
    const timer = setTimeout(end, ms)
    const watch = setInterval(() => void tooLarge(running.pid, memoryMb).then((over) => over && end()), 100)
    running.send({ path, edge, pixels } satisfies Ask, (error) => error && resolve(null))
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      clearInterval(watch)
      running.off('message', heard).off('exit', gone)
      idle = setTimeout(end, idleMs).unref()
    }
  }

  return {
    make(path) {
      const made = last.then(() => one(path))
      last = made.catch(() => {})
      return made
    },
    stop() {
      stopped = true
      end()
    }
  }
}

/** Where the system tells (Linux); elsewhere the limit of pixels and the time must do. */
async function tooLarge(pid: number | undefined, memoryMb: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) > memoryMb * 1024
}
