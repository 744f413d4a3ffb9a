import type { Client } from '#client'
import { useEffect, useState } from 'preact/hooks'
import { useClient } from '../session.ts'

type Face = { path: string | null, until: number }
type Faces = { of(contactId: string): Face | undefined, ask(contactId: string): void, watch(contactId: string, changed: () => void): () => void }

/** So long must somebody be in sight before their picture is asked for: who scrolls by costs no call. */
const sightMs = 150
/** A link is not used in its last seconds. */
const marginMs = 30_000
/** Who has no picture is asked about again after so long, or when they change. */
const noneMs = 3_600_000
const mostAtOnce = 4
const mostKept = 1000

const all = new WeakMap<Client, Faces>()

/** The links to pictures of people, each asked for once as long as it is good. A contact that changed is asked about anew while somebody looks. */
function facesOf(client: Client): Faces {
  const known = all.get(client)
  if (known) return known
  const faces = new Map<string, Face>()
  const watchers = new Map<string, Set<() => void>>()
  const waiting = new Set<string>()
  const asked = new Set<string>()
  const next = () => {
    for (const id of waiting) {
      if (asked.size >= mostAtOnce) return
      if (asked.has(id)) continue
      waiting.delete(id)
      asked.add(id)
      void find(client, id).then((face) => {
        if (faces.size >= mostKept) faces.clear()
        faces.set(id, face)
      }, () => undefined).then(() => {
        asked.delete(id)
        // After a refusal too: who is gone has no picture any more.
        for (const changed of watchers.get(id) ?? []) changed()
        next()
      })
    }
  }
  const ask = (id: string) => {
    waiting.add(id)
    next()
  }
  const again = (id: string) => {
    faces.delete(id)
    if (watchers.has(id)) ask(id)
  }
  // The client ends with the page's session, and these with it.
  client.onEvent(({ type, id }) => { if (type === 'contact.changed' || type === 'contact.removed') again(id) })
  client.onReset(() => { for (const id of [...faces.keys()]) again(id) })
  const one: Faces = {
    of(id) {
      const face = faces.get(id)
      return face && face.until > Date.now() ? face : undefined
    },
    ask,
    watch(id, changed) {
      const some = watchers.get(id) ?? new Set()
      watchers.set(id, some.add(changed))
      return () => {
        some.delete(changed)
        if (some.size === 0 && watchers.get(id) === some) watchers.delete(id)
      }
    }
  }
  all.set(client, one)
  return one
}

async function find(client: Client, id: string): Promise<Face> {
  const { photo } = await client.call('contact.get', { id })
  if (!photo) return { path: null, until: Date.now() + noneMs }
  const { path, expiresAt } = await client.call('blob.url', { id: photo })
  return { path, until: Date.parse(expiresAt) - marginMs }
}

/** Where a contact's picture is; null while that is not known, and where there is none. */
export function useFace(contactId: string | undefined): string | null {
  const faces = facesOf(useClient())
  const [, redraw] = useState(0)
  useEffect(() => {
    if (contactId === undefined) return
    const stop = faces.watch(contactId, () => redraw((count) => count + 1))
    const timer = faces.of(contactId) ? undefined : setTimeout(() => faces.ask(contactId), sightMs)
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [faces, contactId])
  return contactId === undefined ? null : faces.of(contactId)?.path ?? null
}
