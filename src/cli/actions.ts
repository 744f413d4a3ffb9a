import { readFile } from 'node:fs/promises'
import type { AdminActions } from '../api/admin-actions.ts'
import { AdminError } from '../api/admin-actions.ts'
import type { Accounts, PutAccount } from '../accounts/manage.ts'
import type { Understanding } from '../inbound/account.ts'
import type { Receive } from '../inbound/receive.ts'
import { importContacts } from '../inbound/import-contacts.ts'
import type { Address, Clock, IncomingContact } from '../connector.ts'
import { canonicalEmail } from '../model/address.ts'
import { parseId, publicId } from '../model/ids.ts'
import { bookmarkAt, putBookmark } from '../store/bookmarks.ts'
import { allAccounts, createAccount, getAccount, listAccounts, updateStatus } from '../store/accounts.ts'
import type { AccountRow } from '../store/accounts.ts'
import { recordChange } from '../store/events.ts'
import type { Recording } from '../store/events.ts'
import { listIdentities, ownAddresses } from '../store/identities.ts'
import { createLogin, listLogins, revokeLogin } from '../store/logins.ts'
import { Refusal } from '../store/refusal.ts'
import { SealError } from '../store/seal.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import { addUser, listUsers, setPassword, userById, userByName, UserError } from '../store/users.ts'
import type { UserRow } from '../store/users.ts'
import { importMail } from './import-mail.ts'
import type { Bookmark } from './import-mail.ts'
import { upkeepActions, type UpkeepDeps } from './upkeep.ts'

export type ActionDeps = {
  store: Store
  seal: Seal
  clock: Clock
  wakeup: { notify(userId: number): void }
  accounts: Accounts
  canonical(userId: number, address: Address): Promise<Address>
  /** Receiving with a proof that asks no DNS: keys of old mail are gone, and a thousand mails would ask a thousand times. */
  receiveFiles: Receive
  /** Resolves when all that the user has can be found; `pace` holds up what would run too far ahead of that. */
  index: { upTo(userId: number, signal: AbortSignal): Promise<void>, pace(userId: number): (messages: number, signal: AbortSignal) => Promise<void> }
  /** The people in a file of cards. */
  readCards(content: Uint8Array): Promise<IncomingContact[]>
  url(): string | null
  /** A login ended: its sockets close. */
  revoked(loginId: number): void
  stop(): void
  upkeep: Pick<UpkeepDeps, 'folder' | 'blobs' | 'keyElsewhere' | 'publicUrl' | 'serves' | 'turn'>
}

export type { Understanding }

/** The verbs of `kinbox` that change something, for whoever owns the data folder. */
export function adminActions(deps: ActionDeps): AdminActions {
  const { store, seal, clock, wakeup, accounts } = deps
  const notify = (userId: number) => wakeup.notify(userId)
  const at: Recording = { store, clock, notify }

  async function userNamed(name: string): Promise<UserRow> {
    const { user, all } = await store.read((tx) => ({ user: userByName(tx, name), all: listUsers(tx) }))
    if (user) return user
    throw new AdminError('not_found', all.length === 0 ? 'There is no user yet. Make one: kinbox user add NAME --password-stdin' : `There is no user "${name}". There are: ${all.map((one) => one.name).join(', ')}`)
  }

  return {
    status: async () => ({ url: deps.url() }),
    async userAdd({ name, password }) {
      return { id: publicId('user', await inWords(addUser(store, { name, password }, clock))) }
    },
    async userPassword({ user, password }) {
      const { id: userId } = await userNamed(user)
      await inWords(setPassword(store, userId, password))
      // Whoever got in by the old one is out; tokens were made by the user for programs.
      const sessions = (await store.read((tx) => listLogins(tx, userId, clock.now()))).filter(({ kind }) => kind === 'session')
      for (const { id } of sessions) {
        await revokeLogin(store, { userId, id }, clock, notify)
        deps.revoked(id)
      }
      return { ended: sessions.length }
    },
    userList: () => store.read((tx) => listUsers(tx).map(({ id, name, createdAt }) => ({ id: publicId('user', id), name, createdAt }))),
    async tokenCreate({ user, name, expiresIn }) {
      const { id } = await userNamed(user)
      const { secret } = await createLogin(store, { userId: id, kind: 'token', name, ...(expiresIn === undefined ? {} : { expiresAt: clock.now() + expiresIn }) }, clock, notify)
      return { token: secret }
    },
    async accountAdd({ user, kind, settings, name, try: first }) {
      const { id: userId } = await userNamed(user)
      // Before it is opened for good: two sessions at once may take each other's place.
      const trouble = first ? await troubleWith({ userId, kind, settings }) : {}
      const id = await inWords(accounts.put({ userId, kind, settings, once: true, ...(name === undefined ? {} : { name }) }).catch((error: unknown) => {
        if (!(error instanceof Refusal) || error.detail === undefined) throw error
        throw new AdminError('conflict', `${error.message} Change that one: kinbox account set ${publicId('account', (error.detail as AccountRow).id)} --settings FILE`)
      }))
      return { id: publicId('account', id), ...trouble }
    },
    async accountSet({ id: account, settings, name, try: first }) {
      const { id, userId } = await anyAccount(account)
      const trouble = first && settings !== undefined ? await troubleWith({ userId, id, settings }) : {}
      await inWords(accounts.put({ userId, id, ...(settings === undefined ? {} : { settings }), ...(name === undefined ? {} : { name }) }))
      return trouble
    },
    async accountRemove({ id: account }) {
      const { id, userId, name } = await anyAccount(account)
      await inWords(accounts.remove(userId, id))
      return { user: (await store.read((tx) => userById(tx, userId)))!.name, name }
    },
    async accountList({ user }) {
      const users = user === undefined ? await store.read(listUsers) : [await userNamed(user)]
      const rows = await store.read((tx) => users.flatMap((one) => listAccounts(tx, one.id).map((row) => ({ user: one.name, row }))))
      return Promise.all(rows.map(async ({ user: owner, row: { id, userId, kind, name, status, error } }) => {
        const webhookUrl = await accounts.webhookUrl(userId, id)
        return { id: publicId('account', id), user: owner, kind, name, status, ...(error ? { error: error.text } : {}), ...(webhookUrl ? { webhookUrl } : {}) }
      }))
    },
    accountKinds: async () => (await accounts.kinds()).map(({ kind, title, channel, settings }) => ({ kind, title, channel, settings })),
    async importFiles({ user, account, own, paths }, { progress, signal }) {
      const { id: userId } = await userNamed(user)
      // What is one is seen here; for the others somebody has to say why they are none.
      const addresses = await inWords(Promise.all(own.map(async (text) => {
        const address = canonicalEmail(text)
        return address === null ? deps.canonical(userId, { kind: 'email', address: text }) : { kind: 'email', address }
      })))
      const accountId = account === undefined ? await importedAccount(userId) : await accountOf(userId, account)
      await recordChange(at, userId, async (_em, tx, changes) => {
        const kept = listIdentities(tx, userId).filter((identity) => identity.accountId === accountId)
        ownAddresses(tx, changes, userId, accountId, [...kept.map(({ kind, address }) => ({ kind, address })), ...addresses])
      })
      const all = await store.read((tx) => listIdentities(tx, userId).map(({ kind, address }) => ({ kind, address })))
      const ref = { id: accountId, userId, kind: 'email', channel: 'email', since: clock.now(), context: { own: all, region: null, authserv: null } }
      const pace = deps.index.pace(userId)
      const bookmark: Bookmark = {
        goOn: (file) => store.read((tx) => bookmarkAt(tx, accountId, file)),
        keep: (place) => store.hot((tx) => putBookmark(tx, accountId, place), 'bulk')
      }
      // What is left to be indexed when the last is written is waited for.
      const ending = () => void deps.index.upTo(userId, signal).catch(() => undefined)
      const summary = await inWords(importMail({ account: ref, paths, receive: deps.receiveFiles, now: clock.now(), signal, progress, bookmark, pace, ending }))
      if (!signal.aborted) await deps.index.upTo(userId, signal)
      return { account: publicId('account', accountId), ...summary }
    },
    async importContacts({ user, path, friends, groups, friendGroups = [] }) {
      const { id } = await userNamed(user)
      const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') throw new AdminError('not_found', `There is no file ${path}.`, { cause: error })
        if (error.code === 'EISDIR') throw new AdminError('invalid', `${path} is a folder. Name one vCard file (.vcf).`, { cause: error })
        throw new AdminError('failed', `${path} cannot be read (${error.message}). Make it readable for the user that Kinbox runs as.`, { cause: error })
      })
      const cards = await deps.readCards(content).catch((error: Error) => { throw error.name === 'Unreadable' ? new AdminError('invalid', `There is no card in ${path} that can be read: a vCard file begins with BEGIN:VCARD.`) : error })
      if (cards.length === 0) throw new AdminError('invalid', `There is no card in ${path}: a vCard file begins with BEGIN:VCARD.`)
      return importContacts({ store, clock, wakeup }, id, cards, { friends, groups, friendGroups })
    },
    ...upkeepActions({ ...deps.upkeep, store, clock, wakeup, accounts }),
    stop: async () => deps.stop()
  }

  async function troubleWith(account: PutAccount): Promise<{ trouble?: string }> {
    const tried = await inWords(accounts.test(account))
    return tried.ok ? {} : { trouble: tried.error.text }
  }

  /** Whoever's it is: the owner of the folder asks. */
  async function anyAccount(account: string): Promise<AccountRow> {
    const id = parseId('account', account)
    const found = id === null ? undefined : await store.read((tx) => allAccounts(tx).find((row) => row.id === id))
    if (!found) throw new AdminError('not_found', `There is no account ${account}. List them: kinbox account list`)
    return found
  }

  async function accountOf(userId: number, account: string): Promise<number> {
    const id = parseId('account', account)
    if (id === null || !await store.read((tx) => getAccount(tx, userId, id))) throw new AdminError('not_found', `There is no account ${account}. List them: kinbox account list`)
    return id
  }

  /** Where files go that belong to no account: one for each user, made on first use, never connected. */
  async function importedAccount(userId: number): Promise<number> {
    const known = await store.read((tx) => listAccounts(tx, userId).find(({ name, kind, status }) => name === imported && kind === 'email' && status === 'stopped'))
    if (known) return known.id
    const id = await createAccount(at, seal, { userId, kind: 'email', name: imported, settings: {}, own: [] })
    await updateStatus(at, { userId, id, status: 'stopped', error: null })
    return id
  }
}

const imported = 'Imported'

/** What other rooms refuse in words is told to whoever is at the terminal. */
async function inWords<T>(doing: Promise<T>): Promise<T> {
  try {
    return await doing
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const kind = 'kind' in error ? error.kind : undefined
    if (error instanceof UserError || kind === 'conflict') throw new AdminError('conflict', error.message)
    if (kind === 'not_found') throw new AdminError('not_found', error.message)
    // The protocol's name of it is not what somebody types here.
    if (kind === 'invalid_params') throw new AdminError('invalid', error.message.replace('account.kinds shows', 'kinbox account kinds shows'))
    if (error instanceof SealError) throw new AdminError('failed', error.message, { cause: error })
    if ('code' in error && error.code === 'ENOENT') throw new AdminError('not_found', error.message)
    throw error
  }
}
