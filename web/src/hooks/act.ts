import { t } from '../i18n.ts'
import { errorWords } from '../shell/error-words.ts'
import { toast } from '../shell/toast.tsx'
import type { Toast } from '../shell/toast.tsx'

/** Does something that the user asked for. Says it when it failed, and with `done` when it is done. Resolves with undefined after a failure. */
export async function act<T>(doing: Promise<T>, done?: (result: T) => Toast): Promise<T | undefined> {
  try {
    const result = await doing
    if (done) toast(done(result))
    return result
  } catch (error) {
    toast({ text: t('message.failedAct', { why: errorWords(error) }) })
    return undefined
  }
}
