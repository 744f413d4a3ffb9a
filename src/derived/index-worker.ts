/** The one thread that writes the search index: the other end of search-index.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { isDamage, openIndexFile, openMainReader, removeIndexFile } from '../store/search-file.ts'
import { followed, step } from './follow.ts'
import type { Step } from './follow.ts'
import { Places } from './place.ts'
import { tidying } from './tidy.ts'

export type IndexJob = { folder: string, logId: string }
/** `wake`: somebody's log has grown; `hurry`: somebody waits for it. */
export type ToIndex = { type: 'wake', hurry: boolean } | { type: 'stop' }
export type FromIndex =
  | { type: 'steps', steps: Step[] }
  /** All that was there when the last `wake` was read is indexed. */
  | { type: 'idle' }
  /** The index could not be written; tried again after `retryMs`. `renewed`: it was damaged and starts anew. */
  | { type: 'trouble', error: string, retryMs: number, renewed: boolean }

/** What comes in within this time is one step; longer where steps take long, as during an import: many messages at once cost less each. Who waits ends it. */
const coalesceMs = 50
const longestCoalesceMs = 2000
/** When nothing has come for so long, the index is tidied: not between two batches of an import. */
const calmMs = 15_000
const firstRetryMs = 1000
const lastRetryMs = 60_000

const port = parentPort
if (!port) throw new Error('index-worker.ts runs as a worker only')
const { folder, logId } = workerData as IndexJob
const state = { woken: true, hurry: true, stopping: false, notice: () => {} }

port.on('message', (message: ToIndex) => {
  if (message.type === 'stop') state.stopping = true
  else {
    state.woken = true
    state.hurry ||= message.hurry
  }
  state.notice()
})

const say = (message: FromIndex) => port.postMessage(message)
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))

/** Resolves after `ms`, or when somebody says something for which `until` holds. */
function pause(ms: number, until: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = Number.isFinite(ms) ? setTimeout(end, ms) : undefined
    function end(): void {
      clearTimeout(timer)
      state.notice = () => {}
      resolve()
    }
    state.notice = () => void (until() && end())
    state.notice()
  })
}

async function follow(): Promise<void> {
  const main = openMainReader(folder)
  try {
    const index = openIndexFile(folder, logId)
    try {
      const places = new Places()
      let took = 0
      while (!state.stopping) {
        if (!state.hurry) await pause(Math.min(Math.max(coalesceMs, 3 * took), longestCoalesceMs), () => state.stopping || state.hurry)
        state.woken = false
        state.hurry = false
        const began = performance.now()
        // One step of each user in turn, so that nobody waits for another one's import.
        for (let more = true; more && !state.stopping;) {
          const steps = main.read(followed).map((user) => main.read((tx) => step(tx, index, places, user)))
          say({ type: 'steps', steps })
          more = steps.some((one) => one.more)
          await turn()
        }
        took = performance.now() - began
        retryMs.now = firstRetryMs
        if (!state.woken) say({ type: 'idle' })
        const called = () => state.stopping || state.woken
        await pause(calmMs, called)
        if (!called()) for (const _ of tidying(index, main.read(followed).map(({ userId }) => userId))) {
          await turn()
          if (called()) break
        }
        await pause(Infinity, () => state.stopping || state.woken)
      }
    } finally {
      index.close()
    }
  } finally {
    main.close()
  }
}

const retryMs = { now: firstRetryMs }
while (!state.stopping) {
  try {
    await follow()
  } catch (error) {
    const renewed = isDamage(error)
    if (renewed) removeIndexFile(folder)
    say({ type: 'trouble', error: error instanceof Error ? error.message : String(error), retryMs: retryMs.now, renewed })
    await pause(retryMs.now, () => state.stopping)
    retryMs.now = Math.min(retryMs.now * 2, lastRetryMs)
    state.hurry = true
  }
}
port.close()
