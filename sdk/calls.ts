import { errorOf, KinboxError } from './error.ts'
import type { ErrorFrame } from './error.ts'
import { repeatable } from './repeat.ts'

type Call = { id: number, method: string, params: object, text: string, tries: number, resolve(result: unknown): void, reject(error: KinboxError): void }
export type Answer = { id: number, result?: unknown, error?: ErrorFrame }
/** Where calls go out: a socket that has been greeted. */
export type Outlet = { send(text: string): void, inFlight: number, frameBytes: number }

export type Calls = {
  /** Goes out as soon as there is an outlet, in the order of asking. Rejects with KinboxError. */
  add(method: string, params: object, signal?: AbortSignal): Promise<unknown>
  open(outlet: Outlet): void
  /** The outlet takes nothing more, and may still answer. */
  hold(): void
  /** The outlet is gone. What it did not answer waits for the next one, or fails where it must not be done twice. */
  lost(): void
  answer(answer: Answer): void
  /** Fails all, and from now on each one at once; null: takes calls again. */
  refuse(error: KinboxError | null): void
}

const mostWaiting = 1000
const mostTries = 5

/** The requests that are not answered yet, over all sockets of one client. */
export function openCalls(): Calls {
  const flying = new Map<number, Call>()
  let waiting: Call[] = []
  let outlet: Outlet | null = null
  let held = false
  let pause: ReturnType<typeof setTimeout> | undefined
  let refused: KinboxError | null = null
  let lastId = 0

  const pump = () => {
    while (outlet && !held && !pause && waiting.length > 0 && flying.size < outlet.inFlight) {
      const call = waiting.shift()!
      if (call.text.length * 3 > outlet.frameBytes && new TextEncoder().encode(call.text).length > outlet.frameBytes) {
        call.reject(new KinboxError(`The request is too large: at most ${outlet.frameBytes} bytes. Send a long text as a file.`, { kind: 'too_large' }))
        continue
      }
      flying.set(call.id, call)
      outlet.send(call.text)
    }
  }
  const rest = (ms: number) => {
    pause ??= setTimeout(() => {
      pause = undefined
      pump()
    }, ms)
  }
  return {
    add(method, params, signal) {
      if (refused) return Promise.reject(refused)
      if (signal?.aborted) return Promise.reject(cancelled())
      if (waiting.length >= mostWaiting) return Promise.reject(new KinboxError('Too many requests wait for the connection.', { kind: 'overloaded', retryable: true }))
      return new Promise((resolve, reject) => {
        const id = ++lastId
        const abort = () => {
          if (flying.delete(id)) outlet?.send(JSON.stringify({ jsonrpc: '2.0', id: `cancel ${id}`, method: 'rpc.cancel', params: { id } }))
          waiting = waiting.filter(call => call.id !== id)
          reject(cancelled())
          pump()
        }
        signal?.addEventListener('abort', abort, { once: true })
        const done = () => signal?.removeEventListener('abort', abort)
        waiting.push({
          id, method, params, tries: 0, text: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
          resolve: result => { done(); resolve(result) },
          reject: error => { done(); reject(error) }
        })
        pump()
      })
    },
    open(next) {
      outlet = next
      held = false
      pump()
    },
    hold() {
      held = true
    },
    lost() {
      outlet = null
      const [again, given] = [[...flying.values()].filter(mayRepeat), [...flying.values()].filter(call => !mayRepeat(call))]
      flying.clear()
      waiting = again.concat(waiting)
      for (const { method, reject } of given) reject(new KinboxError(`The connection was lost before ${method} was answered: it may have been done or not. Look before you try again.`, { kind: 'connection_lost' }))
    },
    answer({ id, result, error }) {
      const call = flying.get(id)
      if (!call) return
      flying.delete(id)
      // It was not done: it waits its turn again, on the next socket where this one is closing.
      if (error?.data?.kind === 'rate_limited' && ++call.tries < mostTries) {
        waiting.unshift(call)
        rest(error.data.retryAfterMs ?? 1000)
      } else if (error) call.reject(errorOf(error))
      else call.resolve(result)
      pump()
    },
    refuse(error) {
      refused = error
      if (!error) return
      const all = [...flying.values(), ...waiting]
      flying.clear()
      waiting = []
      clearTimeout(pause)
      pause = undefined
      for (const { reject } of all) reject(error)
    }
  }
}

const mayRepeat = ({ method, params }: Call) => repeatable(method, params)
const cancelled = () => new KinboxError('The request was cancelled.', { kind: 'cancelled' })
