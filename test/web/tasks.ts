import type { Browser, Page } from 'playwright-core'

type TraceEvent = { name: string, ph: string, pid: number, tid: number, dur?: number, tdur?: number, args?: { name?: string } }

/** A task of the page's main thread, in ms: by the clock, and of the processor. Where a machine is shared, the clock also counts what others did meanwhile. */
export type Task = { clock: number, processor: number }

/** What `run` made the page's main thread do, longest (of the processor) first. */
export async function tasksOf(browser: Browser, page: Page, run: () => Promise<void>): Promise<Task[]> {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'] })
  await run()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const mains = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`))
  const tasks = traceEvents.filter(({ name, ph, pid, tid }) => ph === 'X' && /(^|::)RunTask$/.test(name) && mains.has(`${pid} ${tid}`))
  return tasks.map(({ dur = 0, tdur = 0 }) => ({ clock: dur / 1000, processor: tdur / 1000 })).sort((a, b) => b.processor - a.processor)
}
