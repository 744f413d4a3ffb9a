import type { AccountError } from '../store/accounts.ts'
import { SealError } from '../store/seal.ts'
import { failureOf } from '../outbound/failure.ts'

/** Why a session could not be opened or was lost, and what that means. `error.text` is for the user. */
export type Trouble = { retry: 'later' | 'never' | 'after-login', error: AccountError }

/** Reads what a session threw; the text of an unknown error is not shown, since it may hold anything. */
export function troubleOf(thrown: unknown): Trouble {
  // A restored folder without its key: only its user can help, by entering the settings again.
  if (thrown instanceof SealError) return { retry: 'after-login', error: { code: 'settings', text: thrown.message } }
  const { retry, code, text } = failureOf(thrown)
  return { retry, error: { code, text } }
}

/** For the log: where an unknown error came from, without its message, which may hold a secret. */
export function traceOf(thrown: unknown): object {
  if (!(thrown instanceof Error) || failureOf(thrown).code !== 'internal') return {}
  return { name: thrown.name, stack: thrown.stack?.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 8) }
}
