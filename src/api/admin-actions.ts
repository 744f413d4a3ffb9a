import type { BackupSummary } from '../jobs/backup.ts'
import type { TaskProgress } from '../jobs/task.ts'
import type { VerifySummary } from '../jobs/verify.ts'

/**
 * What the owner of the data folder may do: the verbs of `kinbox` that change something. One implementation serves both ways in,
 * the admin socket of a running server and a process that holds the folder itself. Ids are public ids; times are ms since the epoch.
 * Every action throws AdminError where the caller can do something about it; `message` says what.
 */
export type AdminActions = {
  /** Where clients connect, e.g. `http://127.0.0.1:8420`; null: no server listens. */
  status(args: Record<string, never>): Promise<{ url: string | null }>
  /** `password: null` makes a user who logs in by tokens only. */
  userAdd(args: { name: string, password: string | null }): Promise<{ id: string }>
  /** Its browsers are signed out: `ended` says how many. Tokens stay. */
  userPassword(args: { user: string, password: string }): Promise<{ ended: number }>
  userList(args: Record<string, never>): Promise<{ id: string, name: string, createdAt: number }[]>
  /** The secret is told once. `expiresIn` in ms; absent: it lasts until revoked. */
  tokenCreate(args: { user: string, name: string, expiresIn?: number }): Promise<{ token: string }>
  /** `settings` as the connector's schema wants them; they are checked against it. `try`: connects before; `trouble` says why that does not work. It is added all the same. */
  accountAdd(args: { user: string, kind: string, settings: unknown, name?: string, try?: boolean }): Promise<{ id: string, trouble?: string }>
  /** Secrets that are left out stay. */
  accountSet(args: { id: string, settings?: unknown, name?: string, try?: boolean }): Promise<{ trouble?: string }>
  /** Its messages stay. */
  accountRemove(args: { id: string }): Promise<{ user: string, name: string }>
  accountList(args: { user?: string }): Promise<AdminAccount[]>
  accountKinds(args: Record<string, never>): Promise<AdminKind[]>
  /** `paths` are absolute and read by the process that acts; resolves once all is durable. Stopping it keeps what came in so far; doing it again is harmless. */
  importFiles(args: ImportRequest, at: { progress(progress: ImportProgress): void, signal: AbortSignal }): Promise<ImportSummary>
  /** `path` is absolute: a file of cards. `groups`: only who is in one of them; none: everybody. */
  importContacts(args: { user: string, path: string, friends: boolean, groups: string[], friendGroups?: string[] }): Promise<{ people: number, left: { name: string, why: string }[] }>
  /** `to` is absolute and written by the process that acts. `key: false` leaves secret.key out. One backup or verify at a time. */
  backup(args: { to: string, key: boolean, replace: boolean }, at: TaskAt): Promise<BackupSummary>
  /** Reads everything. `repair` computes again what is derived; `collect` removes files that nothing needs. */
  verify(args: { repair: boolean, collect: boolean }, at: TaskAt): Promise<VerifySummary>
  /** Tries the database, the public address, and each account: DNS, encryption, login. */
  doctor(args: Record<string, never>): Promise<Diagnosis[]>
  /** Asks the server to end; it answers before it does. */
  stop(args: Record<string, never>): Promise<void>
}

export type TaskAt = { progress(progress: TaskProgress): void, signal: AbortSignal }

/** One thing that was looked at: `text` says how it is; `todo` what to do, where something is to be done. `look`: it works, and deserves a look. */
export type Diagnosis = { about: string, state: 'ok' | 'look' | 'wrong', text: string, todo?: string }

export type AdminAccount = { id: string, user: string, kind: string, name: string, status: string, error?: string, webhookUrl?: string }

/** `settings` is the connector's JSON Schema; secret fields carry `secret: true`. */
export type AdminKind = { kind: string, title: string, channel: string, settings: unknown }

export type ImportRequest = { user: string, account?: string, own: string[], paths: string[] }

export type ImportProgress = { bytes: number, totalBytes: number, messages: number }

/** `stored` are new, `known` were there already. `problems` names what was not taken, and why. */
export type ImportSummary = { account: string, messages: number, stored: number, known: number, unreadable: number, problems: { name: string, problem: string }[] }

/** An error for the person at the terminal: what happened and what to do. */
export class AdminError extends Error {
  readonly kind: 'not_found' | 'conflict' | 'invalid' | 'failed'

  constructor(kind: 'not_found' | 'conflict' | 'invalid' | 'failed', message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'AdminError'
    this.kind = kind
  }
}
