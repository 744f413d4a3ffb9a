import { promises as dns } from 'node:dns'
import type { Resolver } from '../connector.ts'

export type ResolverOptions = {
  clock: { now(): number }
  /** What asks the network. */
  ask?: Resolver
  /** How long an answer is believed, and how long "there is none" is (ms). */
  positiveMs?: number
  negativeMs?: number
  timeoutMs?: number
  /** The most answers kept; the longest unused goes first. */
  max?: number
}

type Answer = { until: number, records: unknown[] } | { until: number, error: Error }

/**
 * A resolver that remembers, asks the same question once at a time, and gives up after `timeoutMs` with ETIMEOUT.
 * "No such name" and "no such record" are remembered; failures of the way there are not: they may be over the next time.
 * Node does not tell the TTL of TXT records, so every answer is kept for the same time.
 */
export function cachingResolver({ clock, ask = (name, type) => dns.resolve(name, type) as Promise<unknown[]>, positiveMs = 300_000, negativeMs = 60_000, timeoutMs = 5_000, max = 5_000 }: ResolverOptions): Resolver {
  const known = new Map<string, Answer>()
  const asking = new Map<string, Promise<unknown[]>>()

  const remember = (key: string, answer: Answer) => {
    known.set(key, answer)
    if (known.size > max) known.delete(known.keys().next().value!)
  }

  const askOnce = async (key: string, ...question: Parameters<Resolver>) => {
    try {
      const records = await within(ask(...question), timeoutMs)
      remember(key, { until: clock.now() + positiveMs, records })
      return records
    } catch (error) {
      const code = (error as { code?: string }).code
      if (error instanceof Error && (code === 'ENOTFOUND' || code === 'ENODATA')) remember(key, { until: clock.now() + negativeMs, error })
      throw error
    } finally {
      asking.delete(key)
    }
  }

  return async (name, type) => {
    const key = `${type} ${name.toLowerCase().replace(/\.$/, '')}`
    const answer = known.get(key)
    if (answer && answer.until > clock.now()) {
      known.delete(key)
      known.set(key, answer)
      if ('error' in answer) throw answer.error
      return answer.records
    }
    known.delete(key)
    const running = asking.get(key)
    if (running) return await running
    const question = askOnce(key, name, type)
    asking.set(key, question)
    return await question
  }
}

async function within<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('DNS did not answer in time'), { code: 'ETIMEOUT' })), ms)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
