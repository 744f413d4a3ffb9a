import type { Event, EventType } from '../model/event.ts'
import { publicId } from '../model/ids.ts'
import type { Noun } from '../model/ids.ts'
import type { Store } from '../store/store.ts'
import type { Reader } from '../store/tx.ts'
import { rfc3339 } from './time.ts'

/** The object of an event as it is now; null: it is gone. Called in a read transaction. */
export type Render = (tx: Reader, userId: number, event: Event) => object | null

/**
 * Events as JSON, from `"ts"` to the closing brace: what is before it differs by stream (seq, prev). An object is read
 * and serialised once for all sockets of its user. An entry is good only while nothing was committed for the user since,
 * so that a text that was deleted is never sent from here.
 */
export type Serialised = (userId: number, events: readonly Event[]) => Promise<string[]>

type Deps = { store: Store, wakeup: { version(userId: number): number }, render: Render, mostChars?: number }

export function openSerialised({ store, wakeup, render, mostChars = 4_000_000 }: Deps): Serialised {
  const cache = new Map<string, { version: number, text: string }>()
  let chars = 0
  const forget = (key: string) => {
    chars -= cache.get(key)?.text.length ?? 0
    cache.delete(key)
  }
  return (userId, events) => {
    if (events.length === 0) return Promise.resolve([])
    const version = wakeup.version(userId)
    return store.read(tx => events.map(event => {
      const key = userId + ' ' + event.seq
      const found = cache.get(key)
      if (found?.version === version) return found.text
      const text = tail(event, render(tx, userId, event))
      forget(key)
      cache.set(key, { version, text })
      chars += text.length
      while (chars > mostChars) forget(cache.keys().next().value!)
      return text
    }))
  }
}

/** A whole event frame for one stream. */
export function eventFrame(seq: number, prev: number, tail: string): string {
  return `{"jsonrpc":"2.0","method":"event","params":{"seq":${seq},"prev":${prev},${tail}}`
}

function tail({ at, type, object, rev, data }: Event, rendered: object | null): string {
  return JSON.stringify({
    ts: rfc3339(at),
    type,
    id: eventId(type, object),
    rev,
    ...(data.history === undefined ? {} : { history: data.history }),
    ...(data.reset ? { reset: true } : {}),
    ...(rendered ? { data: rendered } : {})
  }).slice(1)
}

/** Counts and settings are one object for each user, named by the noun. */
function eventId(type: EventType, object: number): string {
  const noun = type.slice(0, type.indexOf('.'))
  return noun === 'counts' || noun === 'settings' ? noun : publicId(noun as Noun, object)
}
