import { parentPort, workerData } from 'node:worker_threads'
import { StartError } from '../store/start-error.ts'
import { TaskError, type FromTask, type TaskProgress } from './task.ts'

/** The other end of runTask: does the work with what it was given, and hands back its result or why there is none. */
export function inThread<Args>(work: (args: Args, progress: (progress: TaskProgress) => void) => unknown): void {
  const say = (message: FromTask) => parentPort?.postMessage(message)
  let last = 0
  try {
    say({ result: work(workerData as Args, progress => {
      // A message for each of a million files would be more work than the files.
      if (progress.done !== 0 && progress.done !== progress.total && performance.now() - last < 100) return
      last = performance.now()
      say({ progress })
    }) })
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error), known: error instanceof TaskError || error instanceof StartError })
  }
}
