import type { Clock, Connector, Log, Resolver } from '../connector.ts'
import { accountSettings, changeAccount, createAccount, forgetCursors, getAccount, listAccounts, removeAccount } from '../store/accounts.ts'
import type { AccountError, AccountRow } from '../store/accounts.ts'
import { newestRaws } from '../store/raws.ts'
import { Refusal } from '../store/refusal.ts'
import { listIdentities } from '../store/identities.ts'
import type { Reader } from '../store/tx.ts'
import { SealError } from '../store/seal.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import { troubleOf } from './failure.ts'
import { openSession } from './session.ts'
import { checkSettings, keepSecrets, ownOf, withoutSecrets, WrongSettings } from './settings.ts'
import type { Supervisor } from './supervisor.ts'

export type AccountDeps = {
  store: Store
  seal: Seal
  clock: Clock
  log: Log
  dns: Resolver
  wakeup: { notify(userId: number): void }
  supervisor: Pick<Supervisor, 'open' | 'close'>
  connector(kind: string): Promise<Connector>
  kinds(): string[]
  /** What waits for an account that is gone fails, with words. */
  wake(accountId: number): void
  /** Where a network reaches an account by its hook; null where no public URL is configured. */
  webhookUrl(hook: string): string | null
}

export type Kind = { kind: string, title: string, channel: string, reaches: readonly string[], settings: object }
/** `once`: refused (conflict, with that account's row as the detail) where an account of that kind has one of its addresses already. */
export type PutAccount = { userId: number, id?: number, kind?: string, name?: string, settings?: unknown, ifRev?: number, once?: boolean }
export type Tried = { ok: true } | { ok: false, error: AccountError }

/** What users and the administrator do with accounts. Each throws Refusal or WrongSettings with words for them. */
export type Accounts = {
  kinds(): Promise<Kind[]>
  /** What to try for an address, best first; nothing in it is secret. */
  discover(kind: string, address: string): Promise<object[]>
  /** Adds an account, or changes one: secrets that are left out stay. It is opened anew in the background. Returns its id. */
  put(account: PutAccount): Promise<number>
  /** Opens a session with these settings and ends it: nothing is received or stored. */
  test(account: PutAccount): Promise<Tried>
  /** An account's settings for a form, without its secrets; `secrets` names them. Empty where the key they were sealed with is gone. */
  settings(userId: number, id: number): Promise<{ kind: string, settings: unknown, secrets: string[] }>
  /** Who checks the senders of an account, and settings that what has come speaks for; the user confirms them by `put`. */
  proof(userId: number, id: number): Promise<{ server: string | null, proposal: { settings: object, evidence: string[] } | null }>
  /** What the user enters at the network, so that it calls; null where it cannot. */
  webhookUrl(userId: number, id: number): Promise<string | null>
  /** Ends the session and forgets settings and cursors; the messages stay. */
  remove(userId: number, id: number): Promise<void>
  /** Reads everything again from the beginning; what is known is recognised. */
  resync(userId: number, id: number): Promise<void>
}

const testMs = 30_000
/** So many of the newest messages are looked at for a proposal. */
const proposedBy = 60

export function accounts(deps: AccountDeps): Accounts {
  const { store, seal, clock, wakeup, supervisor } = deps
  const at = { store, clock, notify: (userId: number) => wakeup.notify(userId) }

  /** How it goes is told by account.changed. */
  function openSoon(id: number): void {
    supervisor.open(id).catch((error: unknown) => deps.log.error({ accountId: id, error: error instanceof Error ? error.message : String(error) }, 'an account could not be opened'))
  }

  /** Settings, or null where the key they were sealed with is gone: entering them again must not fail by that. */
  function readable(tx: Reader, id: number): unknown {
    try {
      return accountSettings<unknown>(tx, seal, id)
    } catch (error) {
      if (error instanceof SealError) return null
      throw error
    }
  }

  /** The connector and the whole settings that a put means. */
  async function meant({ userId, id, kind, settings }: PutAccount): Promise<{ connector: Connector, kind: string, settings: unknown }> {
    if (id === undefined) {
      if (kind === undefined || settings === undefined) throw new WrongSettings('Give id to change an account, or kind and settings to add one.')
      const connector = await deps.connector(kind)
      return { connector, kind, settings }
    }
    const old = await store.read((tx) => getAccount(tx, userId, id) && { row: getAccount(tx, userId, id)!, settings: settings === undefined ? accountSettings<unknown>(tx, seal, id) : readable(tx, id) })
    if (!old) throw new Refusal('not_found', 'There is no such account.')
    if (kind !== undefined && kind !== old.row.kind) throw new Refusal('conflict', `This account is of the kind "${old.row.kind}". Add another one for "${kind}".`)
    const connector = await deps.connector(old.row.kind)
    return { connector, kind: old.row.kind, settings: settings === undefined ? old.settings : keepSecrets(connector.settings, old.settings, settings) }
  }

  return {
    async kinds() {
      return Promise.all(deps.kinds().map(async (kind) => {
        const { title, channel, reaches, settings } = await deps.connector(kind)
        return { kind, title, channel, reaches, settings }
      }))
    },
    async discover(kind, address) {
      const connector = await deps.connector(kind)
      return await connector.discover?.(address, deps.dns) as object[] | undefined ?? []
    },
    async put(account) {
      const { userId, id, name, ifRev } = account
      const { connector, kind, settings } = await meant(account)
      checkSettings(connector, settings)
      const own = ownOf(connector, settings)
      if (id !== undefined) await changeAccount(at, seal, { userId, id, ...(ifRev === undefined ? {} : { ifRev }), ...(name === undefined ? {} : { name }), settings: { value: settings, own } })
      const another = (tx: Reader) => {
        const same = account.once ? sameAddress(tx, userId, kind, own) : null
        if (same) throw new Refusal('conflict', `${same.address} is connected already.`, same.row)
      }
      const added = id ?? await createAccount(at, seal, { userId, kind, name: name ?? own[0]?.address ?? connector.title, settings, own }, another)
      openSoon(added)
      return added
    },
    async test(account) {
      const { connector, kind, settings } = await meant(account)
      checkSettings(connector, settings)
      ownOf(connector, settings)
      const stopping = new AbortController()
      const ended = new Promise<never>((_, reject) => stopping.signal.addEventListener('abort', () => reject(new Error('only a test')), { once: true }))
      ended.catch(() => undefined)
      try {
        const opened = await openSession({
          connector, settings, stopping, clock, dns: deps.dns, log: deps.log, openMs: testMs, webhookUrl: null, receive: () => ended, mayTell: async () => false, signal: () => undefined, progress: () => undefined,
          account: { id: 0, userId: account.userId, kind, name: '', hook: '', status: 'connecting', error: null, cursors: { live: null, history: null }, historyDone: true, backfill: null, createdAt: clock.now(), rev: 0 }
        })
        await opened.end(5_000)
        await connector.check?.(settings, AbortSignal.timeout(testMs))
        return { ok: true }
      } catch (error) {
        return { ok: false, error: troubleOf(error).error }
      }
    },
    async settings(userId, id) {
      const closed = await store.read((tx) => (getAccount(tx, userId, id) && readable(tx, id) === null ? getAccount(tx, userId, id) : null))
      if (closed) return { kind: closed.kind, settings: {}, secrets: [] }
      const { connector, kind, settings } = await meant({ userId, id })
      return { kind, ...withoutSecrets(connector.settings, settings) }
    },
    async proof(userId, id) {
      const { connector, settings } = await meant({ userId, id })
      const server = connector.context?.(settings).authserv ?? null
      const raws = server === null && connector.propose ? await store.read((tx) => newestRaws(tx, id, proposedBy)) : []
      return { server, proposal: raws.length > 0 ? connector.propose?.(raws) ?? null : null }
    },
    async webhookUrl(userId, id) {
      const row = await store.read((tx) => getAccount(tx, userId, id))
      if (!row) throw new Refusal('not_found', 'There is no such account.')
      return deps.webhookUrl(row.hook)
    },
    async remove(userId, id) {
      if (!await store.read((tx) => getAccount(tx, userId, id))) throw new Refusal('not_found', 'There is no such account.')
      await supervisor.close(id)
      await removeAccount(at, { userId, id })
      deps.wake(id)
    },
    async resync(userId, id) {
      const { connector, settings } = await meant({ userId, id })
      // An account of imported files has none, and nothing to be opened.
      checkSettings(connector, settings)
      await supervisor.close(id)
      await store.hot((tx) => forgetCursors(tx, id))
      openSoon(id)
    }
  }
}

/** An account of this kind that has one of these addresses; what is stopped (imported files) does not count. */
function sameAddress(tx: Reader, userId: number, kind: string, own: readonly { kind: string, address: string }[]): { row: AccountRow, address: string } | null {
  const rows = listAccounts(tx, userId).filter((row) => row.kind === kind && row.status !== 'stopped')
  for (const { accountId, kind, address } of listIdentities(tx, userId)) {
    const row = rows.find(({ id }) => id === accountId)
    if (row && own.some((one) => one.kind === kind && one.address === address)) return { row, address }
  }
  return null
}
