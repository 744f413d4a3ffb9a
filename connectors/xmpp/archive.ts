import { randomUUID } from 'node:crypto'
import { xml } from '@xmpp/client'
import type { Element } from '@xmpp/client'
import type { Stream } from './connect.ts'
import { ns } from './names.ts'
import type { Unwrapped } from './unwrap.ts'

export type Archived = Extract<Unwrapped, { way: 'archive' }>

/** `complete`: there is nothing further in this direction. `total`: how many match in all, where the server counts. Oldest first. */
export type Page = { items: Archived[], complete: boolean, total: number | null }

/** `archive`: a room, or null for the own one. `before: ''` is the newest page. */
export type Question = { archive: string | null, after?: string, before?: string, start?: number, with?: string, max: number }

export type Archive = {
  /** The queries that run, each with whose archive. */
  queries: ReadonlyMap<string, string | null>
  /** A message of a query has come. */
  heard(item: Archived): void
  /** Asks for a page (0313 with 0059). Rejects with a Refusal where the archive does not know the place to begin (item-not-found). */
  page(question: Question): Promise<Page>
}

/** No server sends more than was asked for; what it sends beyond that is not kept. */
export function openArchive(stream: Stream): Archive {
  const queries = new Map<string, string | null>()
  const found = new Map<string, Archived[]>()
  return {
    queries,
    heard(item) {
      const items = found.get(item.query)
      if (items && items.length < 1000) items.push(item)
    },
    async page({ archive, after, before, start, with: peer, max }) {
      const query = randomUUID()
      const field = (name: string, value: string, type?: string): Element => xml('field', { var: name, ...(type ? { type } : {}) }, xml('value', {}, value))
      const form = xml('x', { xmlns: ns.form, type: 'submit' }, field('FORM_TYPE', ns.mam, 'hidden'), peer === undefined ? null : field('with', peer), start === undefined ? null : field('start', new Date(start).toISOString()))
      const set = xml('set', { xmlns: ns.rsm }, xml('max', {}, String(max)), after === undefined ? null : xml('after', {}, after), before === undefined ? null : xml('before', {}, before))
      queries.set(query, archive)
      found.set(query, [])
      try {
        const answer = await stream.ask('set', archive, xml('query', { xmlns: ns.mam, queryid: query }, form, set), 30_000)
        const fin = answer.getChild('fin', ns.mam)
        const count = Number(fin?.getChild('set', ns.rsm)?.getChildText('count') ?? NaN)
        return { items: found.get(query)!, complete: fin?.attrs['complete'] === 'true', total: Number.isInteger(count) ? count : null }
      } finally {
        queries.delete(query)
        found.delete(query)
      }
    }
  }
}
