import { Worker } from 'node:worker_threads'

/** Words for the person who asked for it: what is wrong, and what to do. */
export class TaskError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'TaskError'
  }
}

/** How far it is. `total` 0: not known. */
export type TaskProgress = { stage: 'database' | 'check' | 'files', done: number, total: number }

export type FromTask = { progress: TaskProgress } | { result: unknown } | { error: string, known: boolean }

/**
 * Runs what reads for long in a thread of its own, so that the server goes on meanwhile. Resolves with its result; throws TaskError with
 * its words, also when `signal` stops it.
 */
export async function runTask<Result>(file: URL, args: object, { progress, signal }: { progress(progress: TaskProgress): void, signal: AbortSignal }): Promise<Result> {
  signal.throwIfAborted()
  // Without what this process was started with (a loader, a debugger, keys in the environment): it only reads files.
  const worker = new Worker(file, { workerData: args, env: {}, execArgv: [] })
  const stop = () => void worker.terminate()
  signal.addEventListener('abort', stop)
  try {
    return await new Promise<Result>((resolve, reject) => {
      worker.on('message', (message: FromTask) => {
        if ('progress' in message) progress(message.progress)
        else if ('result' in message) resolve(message.result as Result)
        else reject(message.known ? new TaskError(message.error) : new Error(message.error))
      })
      worker.on('error', reject)
      worker.on('exit', () => reject(new TaskError(signal.aborted ? 'Stopped. Nothing has changed; doing it again is harmless.' : 'The work ended before it was done. Look at the free memory, and try again.')))
    })
  } finally {
    signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
