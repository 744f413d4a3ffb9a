import type { Event } from '../model/event.ts'
import type { Filter } from './connection.ts'
import type { Sender } from './sender.ts'
import { eventFrame } from './serialised.ts'
import type { Serialised } from './serialised.ts'
import { matches } from './subscriptions.ts'

/** The durable events of one socket, from a position in the log on. Catch-up and live are the same loop. */
export type Stream = {
  readonly lastSent: number
  subscribe(filter: Filter | null): number
  /** Says how far the log has been read, where a subscription left out everything since the last event. */
  position(): void
  /** Resolves after `signal`. Rejects with what `follow` throws: the log no longer holds what comes next. */
  done: Promise<void>
}

export type StreamDeps = {
  /** Pages of the user's log after a cursor, without end until the signal (feed/log.ts). */
  follow(cursor: number, signal: AbortSignal): AsyncIterable<Event[]>
  serialise: Serialised
  sender: Sender
  userId: number
  /** Where the client is. */
  cursor: number
  /** sync.caughtUp is sent when this is reached; null: the client is there already. */
  caughtUpAt: number | null
  signal: AbortSignal
  onSent?(events: number): void
}

/** So many objects are read at once: a page of the log may be large, and what waits is to stay bounded. */
const step = 32
/** So many events may be left out before the client is told the position. */
const silence = 1000

export function openStream(deps: StreamDeps): Stream {
  const { sender, userId, signal } = deps
  let cursor = deps.cursor
  let lastSent = deps.cursor
  let filter: Filter | null = null
  let caughtUpAt = deps.caughtUpAt

  const position = () => {
    if (cursor === lastSent) return
    sender.send(eventFrame(cursor, lastSent, '"type":"sync.position"}'))
    lastSent = cursor
  }
  const sendAll = async (events: readonly Event[]): Promise<void> => {
    await sender.drained()
    const used = filter
    const wanted = events.filter(event => matches(used, event))
    const texts = await deps.serialise(userId, wanted)
    if (signal.aborted) return
    if (used !== filter) return sendAll(events)   // the subscription changed while the objects were read
    wanted.forEach((event, at) => {
      sender.send(eventFrame(event.seq, lastSent, texts[at]!))
      lastSent = event.seq
    })
    cursor = events[events.length - 1]!.seq
    deps.onSent?.(wanted.length)
    if (cursor - lastSent >= silence) position()
  }
  const run = async (): Promise<void> => {
    for await (const page of deps.follow(cursor, signal)) {
      for (let at = 0; at < page.length; at += step) {
        if (signal.aborted) return
        await sendAll(page.slice(at, at + step))
        if (caughtUpAt !== null && cursor >= caughtUpAt) {
          position()
          sender.send(`{"jsonrpc":"2.0","method":"sync.caughtUp","params":{"seq":${cursor}}}`)
          caughtUpAt = null
        }
      }
    }
  }
  return {
    get lastSent() {
      return lastSent
    },
    subscribe(next) {
      filter = next
      return cursor
    },
    position,
    done: run()
  }
}
