import type { Accounts, Tried } from '../accounts/manage.ts'
import type { Diagnosis } from '../api/admin-actions.ts'
import type { Clock } from '../connector.ts'
import { publicId } from '../model/ids.ts'
import { allAccounts, type AccountRow } from '../store/accounts.ts'
import { newestNoted, settingsInUse } from '../store/health.ts'
import type { Store } from '../store/store.ts'
import { listUsers } from '../store/users.ts'
import { touch } from '../store/writable.ts'

type Deps = {
  store: Store
  clock: Clock
  accounts: Pick<Accounts, 'test'>
  /** As others write this server's address; null: not configured. */
  publicUrl: string | null
  /** Whether a server listens in this process. */
  serves: boolean
  fetch: typeof fetch
}

const answerMs = 10_000
/** Clocks that differ by more make signatures, certificates and login codes fail. */
const driftMs = 2 * 60_000
const atOnce = 4

/** What only the owner of the data folder can look at: the database, the public address, and each account by logging in. */
export async function examine(deps: Deps): Promise<Diagnosis[]> {
  const [database, address, accounts] = await Promise.all([examineDatabase(deps), examineAddress(deps), examineAccounts(deps)])
  return [...database, ...address, ...accounts]
}

async function examineDatabase({ store, clock }: Deps): Promise<Diagnosis[]> {
  const { settings, noted } = await store.read((tx) => ({ settings: settingsInUse(tx), noted: newestNoted(tx) }))
  const { journalMode, synchronous, foreignKeys, version } = settings
  const safe = journalMode === 'wal' && synchronous === 2 && foreignKeys === 1
  const why = await store.hot(touch).then(() => null, (error: unknown) => store.trouble ?? String(error))
  const behind = noted - clock.now()
  return [
    why === null ? { about: 'database', state: 'ok', text: 'can be written' } : { about: 'database', state: 'wrong', text: 'cannot be written', todo: why },
    safe ? { about: 'database settings', state: 'ok', text: `keep what was committed (SQLite ${version}, WAL, synchronous=FULL)` }
      : { about: 'database settings', state: 'wrong', text: `do not keep data safe (journal_mode=${journalMode}, synchronous=${synchronous}, foreign_keys=${foreignKeys})`, todo: 'Put the data folder on a local disk; network file systems do not work.' },
    behind <= driftMs ? { about: 'clock', state: 'ok', text: `${new Date(clock.now()).toISOString()}, not before what was stored last` }
      : { about: 'clock', state: 'wrong', text: `says ${new Date(clock.now()).toISOString()}, and something was stored at ${new Date(noted).toISOString()}`, todo: 'Set the clock of this machine (timedatectl set-ntp true): certificates and logins fail by a wrong one, and new messages would lie below old ones.' }
  ]
}

async function examineAddress({ publicUrl, serves, clock, fetch }: Deps): Promise<Diagnosis[]> {
  const about = 'public address'
  if (publicUrl === null) return [{ about, state: 'ok', text: 'none (KINBOX_PUBLIC_URL): networks that could call are asked every now and then instead' }]
  if (!serves) return [{ about, state: 'look', text: `${publicUrl} was not tried, since no server runs`, todo: 'Start the server and run doctor again.' }]
  const url = publicUrl.replace(/\/$/, '') + '/livez'
  let answer: Response
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(answerMs), redirect: 'error' })
  } catch (error) {
    const { cause, name } = error as Error
    const code = name === 'TimeoutError' ? 'no answer within 10 seconds' : (cause as NodeJS.ErrnoException | undefined)?.code ?? (cause as Error | undefined)?.message ?? name
    return [{ about, state: 'wrong', text: `${url} cannot be reached from here (${code})`, todo: 'Networks cannot call back, and clients elsewhere cannot connect. Look at the name (DNS), the proxy and its certificate. Where only this machine cannot reach its own public address, try it from outside.' }]
  }
  const alive = answer.ok && await answer.json().then((body: unknown) => (body as { status?: unknown } | null)?.status === 'alive', () => false)
  if (!alive) return [{ about, state: 'wrong', text: `${url} answers with ${answer.status}, but not as Kinbox does`, todo: 'Something else stands at that address. Let the proxy pass everything to Kinbox, or correct KINBOX_PUBLIC_URL.' }]
  const drift = Math.abs(Date.parse(answer.headers.get('date') ?? '') - clock.now())
  return [
    { about, state: 'ok', text: `${publicUrl} is reached` },
    ...publicUrl.startsWith('http:') && !/^http:\/\/(127\.|localhost|\[::1\])/.test(publicUrl) ? [{ about, state: 'look' as const, text: 'is not encrypted', todo: 'Put a proxy with TLS before it: tokens and messages go over it.' }] : [],
    ...drift > driftMs ? [{ about: 'clock', state: 'wrong' as const, text: `differs from the one at ${publicUrl} by ${Math.round(drift / 1000)} s`, todo: 'Set the clock of both machines (timedatectl set-ntp true).' }] : []
  ]
}

async function examineAccounts({ store, accounts }: Deps): Promise<Diagnosis[]> {
  const { rows, names } = await store.read((tx) => ({ rows: allAccounts(tx).filter(({ status }) => status !== 'stopped'), names: new Map(listUsers(tx).map(({ id, name }) => [id, name])) }))
  const found: Diagnosis[][] = []
  const next = rows.entries()
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const [i, row] of next) found[i] = [await examineAccount(accounts, row, names.get(row.userId) ?? '')]
  }))
  return found.flat()
}

/** The connector's own words for DNS, connection, encryption and login: they say what to do. */
async function examineAccount(accounts: Pick<Accounts, 'test'>, { id, userId, kind, name }: AccountRow, user: string): Promise<Diagnosis> {
  const about = `account ${publicId('account', id)} (${user}, ${kind}, ${name})`
  const tried: Tried = await accounts.test({ userId, id }).catch((error: unknown) => ({ ok: false, error: { code: 'settings', text: error instanceof Error ? error.message : String(error) } }))
  return tried.ok ? { about, state: 'ok', text: 'connects and logs in' } : { about, state: 'wrong', text: `does not work (${tried.error.code})`, todo: tried.error.text }
}
