import type { Log } from '../model/ports.ts'

/** Work that is done again and again, never twice at a time. */
export type Repeated = { run(): Promise<void>, start(): void, stop(): Promise<void> }

/** `run` is told whether it is to end early. What fails is said in the log in these `words`, and tried again the next time. */
export function every(ms: number, log: Log, words: string, work: (stopping: () => boolean) => Promise<void>): Repeated {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | null = null
  let over = false
  const run = () => work(() => over)
  return {
    run,
    start() {
      timer = setInterval(() => {
        running ??= run().catch((error: unknown) => log.warn({ error: error instanceof Error ? error.message : String(error) }, words)).finally(() => { running = null })
      }, ms).unref()
    },
    async stop() {
      over = true
      clearInterval(timer)
      await running
    }
  }
}
