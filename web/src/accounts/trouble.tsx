import { KinboxError } from '#client'
import { t } from '../i18n.ts'
import { errorWords } from '../shell/error-words.ts'

/** Why an account was not added. `there`: the one that has its address already. */
export type Trouble = { text: string, there?: string }

/** Trouble out of what a call threw. */
export function troubleOf(error: unknown): Trouble {
  const there = error instanceof KinboxError && error.kind === 'conflict' ? (error.detail as { id?: string } | undefined)?.id : undefined
  return { text: errorWords(error), ...(there === undefined ? {} : { there }) }
}

/** The words, and the way to the account that is there. */
export function Wrong({ trouble: { text, there } }: { trouble: Trouble }) {
  return <p class="note note-bad" role="alert">{text}{there !== undefined && <> <a href={`/accounts/${there}`}>{t('accounts.there')}</a></>}</p>
}
