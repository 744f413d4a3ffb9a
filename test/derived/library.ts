import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import type { Incoming, IncomingMessage } from '../../src/model/incoming.ts'
import type { AccountRef } from '../../src/inbound/account.ts'
import { receiver } from '../../src/inbound/receive.ts'
import { remoteId } from '../../src/model/ids.ts'
import { parseSearch } from '../../src/model/search-query.ts'
import { followed, step } from '../../src/derived/follow.ts'
import { Places } from '../../src/derived/place.ts'
import { search } from '../../src/derived/search.ts'
import type { SearchRequest } from '../../src/derived/search.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { openIndexFile, openMainReader, openSearchFiles } from '../../src/store/search-file.ts'
import { addTestUser, tempStore } from '../fixtures/store.ts'

/** Numbers that repeat themselves from run to run. */
export function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor(state / 2 ** 32 * below)
  }
}

/** A store whose messages come in by `receive`, and an index of it that is followed and asked without threads. */
export async function openLibrary(t: Test) {
  const base = await tempStore(t)
  const { store, folder, seal, clock } = base
  const account = async (userId: number): Promise<AccountRef> => ({
    id: await createAccount({ store, clock, notify: () => {} }, seal, { userId, kind: 'test', name: 'Test', settings: {}, own: [{ kind: 'email', address: 'ada@example.org' }] }),
    userId, kind: 'test', channel: 'email', since: 0, context: { own: [{ kind: 'email', address: 'ada@example.org' }], region: null, authserv: null }
  })
  const userId = await addTestUser(store, 'ada')
  const ada = await account(userId)
  const receive = receiver({ ...base, parse: async (_kind, raw) => (JSON.parse(Buffer.from(raw).toString()) as IncomingMessage[]).map((one) => ({ ...one, attachments: one.attachments.map((file) => ({ ...file, content: new Uint8Array(8) })) })), prove: async () => ({ level: 'verified', evidence: [] }) })
  return {
    ...base, userId, ada, account,
    /** Letters arrive, each at its time. */
    async letters(letters: (Partial<IncomingMessage> & { at: number })[], { lane = 'history' as 'live' | 'history', to = ada } = {}): Promise<void> {
      await receive(to, letters.map(({ at, ...letter }) => ({
        at, remoteId: remoteId(randomUUID()), raw: Buffer.from(JSON.stringify([{ type: 'message', direction: 'in', recipients: [], text: '', references: [], attachments: [], ...letter }]))
      })), { lane })
    },
    async tells(incoming: Incoming, at = clock.now()): Promise<void> {
      await receive(ada, [{ at, incoming }], { lane: 'live' })
    },
    /** Takes in all there is. `crash` may throw in the middle of a transaction; what `step` had done in it is gone then. */
    follow({ steps = Infinity, crash = () => {} }: { steps?: number, crash?(sql: string): void } = {}): { steps: number, seq: number, scanning: boolean } {
      const main = openMainReader(folder)
      const index = openIndexFile(folder, store.logId)
      const tx = { ...index.tx, run: (sql: string, ...values: Parameters<typeof index.tx.run> extends [string, ...infer V] ? V : never) => { crash(sql); return index.tx.run(sql, ...values) } }
      try {
        const places = new Places()
        for (let done = 1; ; done++) {
          const all = main.read(followed).map((user) => main.read((reader) => step(reader, { ...index, tx }, places, user)))
          const own = all.find((one) => one.userId === userId)!
          if (done >= steps || !all.some(({ more }) => more)) return { steps: done, seq: own.seq, scanning: own.scanning }
        }
      } finally {
        index.close()
        main.close()
      }
    },
    /** All ids that a search finds, over its pages. */
    find(q: string, { order = 'newest', limit = 7, of = userId }: { order?: SearchRequest['order'], limit?: number, of?: number } = {}): number[] {
      const files = openSearchFiles(folder)
      try {
        const ids: number[] = []
        let cursor: number[] | null = null
        for (;;) {
          const answer = files.read((main, index) => search(main, index, { userId: of, terms: parseSearch(q, { now: clock.now(), timeZone: 'UTC' }), order, limit, cursor }))
          ids.push(...answer.hits.map(({ id }) => id))
          if (answer.next === null) return ids
          cursor = answer.next
        }
      } finally {
        files.close()
      }
    }
  }
}

export type Library = Awaited<ReturnType<typeof openLibrary>>
