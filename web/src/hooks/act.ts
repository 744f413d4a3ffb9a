import { t } from '../i18n.ts'
import { toast } from '../shell/toast.tsx'
import type { Toast } from '../shell/toast.tsx'

/** What an error says to people. */
export function wordsOf(error: unknown): string {
  return error instanceof Error && error.message ? error.message : String(error)
}

/** Does something that the user asked for. Says it when it failed, and with `done` when it is done. Resolves with undefined after a failure. */
export async function act<T>(doing: Promise<T>, done?: (result: T) => Toast): Promise<T | undefined> {
  try {
    const result = await doing
    if (done) toast(done(result))
    return result
  } catch (error) {
    toast({ text: t('message.failedAct', { why: wordsOf(error) }) })
    return undefined
  }
}
