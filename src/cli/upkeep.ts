import type { Accounts } from '../accounts/manage.ts'
import { AdminError, type AdminActions } from '../api/admin-actions.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { Clock } from '../connector.ts'
import { backup } from '../jobs/backup.ts'
import { TaskError } from '../jobs/task.ts'
import type { Turn } from '../jobs/turn.ts'
import { verify } from '../jobs/verify.ts'
import type { Store } from '../store/store.ts'
import { examine } from './examine.ts'

export type UpkeepDeps = {
  folder: string
  store: Store
  blobs: Blobs
  clock: Clock
  wakeup: { notify(userId: number): void }
  accounts: Pick<Accounts, 'test'>
  /** The key of the accounts' passwords is not in the folder: KINBOX_SECRET_KEY. */
  keyElsewhere: boolean
  publicUrl: string | null
  serves: boolean
  turn: Turn
}

/** The verbs that keep a data folder well. One backup or verify at a time. */
export function upkeepActions(deps: UpkeepDeps): Pick<AdminActions, 'backup' | 'verify' | 'doctor'> {
  const { folder, store, clock, keyElsewhere, turn } = deps

  async function alone<T>(name: string, task: () => Promise<T>): Promise<T> {
    if (turn.who !== null) throw new AdminError('conflict', `A ${turn.who} is running already. Wait until it is done, and try again.`)
    turn.who = name
    try {
      return await task()
    } catch (error) {
      if (error instanceof TaskError || (error as Error).name === 'AbortError') throw new AdminError('failed', (error as Error).message, { cause: error })
      throw error
    } finally {
      turn.who = null
    }
  }

  return {
    backup: ({ to, key, replace }, at) => alone('backup', () => backup({ folder, target: to, key: keyElsewhere ? 'elsewhere' : key ? 'included' : 'left out', replace, now: clock.now() }, at)),
    verify: ({ repair, collect }, at) => alone('verify', () => verify(deps, { repair, collect }, at)),
    doctor: () => examine({ store, clock, accounts: deps.accounts, publicUrl: deps.publicUrl, serves: deps.serves, fetch })
  }
}
