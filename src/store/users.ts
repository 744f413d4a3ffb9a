import type { Clock } from './given.ts'
import { User } from './entities.ts'
import { passwords } from './password.ts'
import type { Passwords } from './password.ts'
import type { Store } from './store.ts'
import type { Reader } from './tx.ts'

export type UserRow = { id: number, name: string, createdAt: number, rev: number }

/** Told to the person who adds a user: what is wrong with the name or password. */
export class UserError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UserError'
  }
}

const kept = new WeakMap<Store, Passwords>()

/** One line for hashing per open database, so that a flood of logins cannot take all memory. */
function passwordsOf(store: Store): Passwords {
  let found = kept.get(store)
  if (!found) kept.set(store, found = passwords())
  return found
}

/**
 * Adds a user with an empty log, and returns the id. `password` null: cannot log in by password.
 * Throws UserError for a name that is taken or cannot be one, and for a password that is too short.
 * `first`: also where there is a user already, however many ask at once.
 */
export async function addUser(store: Store, user: { name: string, password: string | null }, clock: Clock, { first = false }: { first?: boolean } = {}): Promise<number> {
  const name = user.name.normalize('NFC')
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u.test(name)) throw new UserError('A user name starts with a letter or digit and has up to 64 letters, digits, dots, dashes and underscores.')
  const password = user.password === null ? null : await passwordsOf(store).hash(acceptable(user.password))
  return store.cold(async (em, tx) => {
    if (first && listUsers(tx).length > 0) throw new UserError('There is a user already. Log in as that one.')
    if (userByName(tx, name)) throw new UserError(`There is a user called ${name} already. Choose another name.`)
    const id = tx.nextId('user')
    em.persist(em.create(User, { id, name, password, settings: {}, createdAt: clock.now(), rev: 1 }))
    await em.flush()
    tx.run('INSERT INTO user_log (user_id) VALUES (?)', id)
    return id
  })
}

/** Sets or takes away a user's password. Throws UserError when there is no such user or the password is too short. */
export async function setPassword(store: Store, userId: number, password: string | null): Promise<void> {
  const hash = password === null ? null : await passwordsOf(store).hash(acceptable(password))
  await store.cold(async em => {
    const user = await em.findOne(User, { id: userId })
    if (!user) throw new UserError('There is no such user.')
    user.password = hash
    user.rev++
  })
}

/** The user's id, or null when name and password do not belong together. Takes as long for users that do not exist. */
export async function checkPassword(store: Store, name: string, password: string): Promise<number | null> {
  const found = await store.read(tx => tx.get<{ id: number, password: string | null }>('SELECT id, password FROM user WHERE name = ?', name.normalize('NFC')))
  const right = await passwordsOf(store).check(password.slice(0, 1024), found?.password ?? null)
  return right && found ? found.id : null
}

/** Compared without case. */
export function userByName(tx: Reader, name: string): UserRow | undefined {
  return tx.get<UserRow>('SELECT id, name, created_at AS createdAt, rev FROM user WHERE name = ?', name.normalize('NFC'))
}

/** The user of that id, whoever asks. */
export function userById(tx: Reader, id: number): UserRow | undefined {
  return tx.get<UserRow>('SELECT id, name, created_at AS createdAt, rev FROM user WHERE id = ?', id)
}

/** Everybody on this server, for its operator. */
export function listUsers(tx: Reader): UserRow[] {
  return tx.all<UserRow>('SELECT id, name, created_at AS createdAt, rev FROM user ORDER BY id')
}

function acceptable(password: string): string {
  if (password.length < 8 || password.length > 1024) throw new UserError('A password has at least 8 characters, and at most 1024.')
  return password
}
