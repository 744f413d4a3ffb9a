import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBlobs } from '../../src/blobs/blobs.ts'
import type { Arrival, Clock, Log, ReceiveAt } from '../../src/connector.ts'
import { Wakeup } from '../../src/feed/wakeup.ts'
import type { AccountRef, Understanding } from '../../src/inbound/account.ts'
import { receiver } from '../../src/inbound/receive.ts'
import { createAccount } from '../../src/store/accounts.ts'
import { openStore } from '../../src/store/database.ts'
import { createLogin } from '../../src/store/logins.ts'
import { openSeal } from '../../src/store/seal.ts'
import { addUser } from '../../src/store/users.ts'
import { ada } from './mails.ts'

const loud = (fields: object, message: string): void => void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`)
export const log: Log = { debug: () => {}, info: () => {}, warn: loud, error: loud }

/** Time stands still, so that two runs write the same rows. */
export const standing: Clock = { now: () => Date.UTC(2030, 0, 1) }

/** A temporary folder; `remove` takes it away. KINBOX_BENCH names the disk to measure, else the system's temporary folder. */
export async function temporary(): Promise<{ folder: string, remove(): Promise<void> }> {
  const folder = await mkdtemp(join(process.env['KINBOX_BENCH'] ?? tmpdir(), 'kinbox-bench-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** What a new folder has in it: the user Ada, a token of hers and an account. */
export type Founded = { userId: number, token: string, accountId: number }

/** Makes the database of a folder and closes it again, so that it can be copied. */
export async function found(folder: string, clock: Clock = standing): Promise<Founded> {
  const store = await openStore({ folder, clock, log })
  const userId = await addUser(store, { name: 'ada', password: null }, clock)
  const { secret: token } = await createLogin(store, { userId, kind: 'token', name: 'bench' }, clock)
  // Of a network that is not there: a server that is started on this folder later on has nobody to call.
  const accountId = await createAccount({ store, clock, notify: () => {} }, openSeal(folder), { userId, kind: 'bench', name: 'Bench', settings: {}, own: [ada] })
  await store.close()
  return { userId, token, accountId }
}

/** Opens what was founded, with what receives for its account. Everything is as in the server but parse and prove: parse is the caller's, and prove answers at once. */
export async function openHouse(folder: string, { userId, accountId }: Founded, { clock = standing, parse }: { clock?: Clock, parse: Understanding['parse'] }) {
  const store = await openStore({ folder, clock, log })
  const blobs = openBlobs(folder, { now: Date.now })
  const wakeup = new Wakeup()
  const account: AccountRef = { id: accountId, userId, kind: 'bench', channel: 'email', since: 0, context: { own: [ada], region: null, authserv: null } }
  const take = receiver({ store, blobs, wakeup, clock, log, parse, prove: async () => ({ level: 'verified', evidence: ['friend.example has signed it.'] }) })
  return { store, blobs, wakeup, clock, userId, receive: (batch: Arrival[], at: ReceiveAt) => take(account, batch, at) }
}

export type House = Awaited<ReturnType<typeof openHouse>>
