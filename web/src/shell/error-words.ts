import { KinboxError } from '#client'
import { t } from '../i18n.ts'
import { said, translates } from '../said/said.ts'

/** Kinds of which the server tells nothing more that would help. */
const plain: readonly string[] = ['not_found', 'unauthenticated', 'forbidden', 'cancelled', 'idempotency_mismatch', 'snapshot_required']

/**
 * What to tell somebody of an error: what happened and what to do. In English the server's own words, which are the most exact; in another language
 * what its kind means, with them behind it where they tell more.
 */
export function errorWords(error: unknown): string {
  if (error instanceof KinboxError) {
    const { kind, retryAfterMs, message } = error
    if (kind === 'rate_limited') return t('errors.rate_limited', { count: Math.max(1, Math.ceil((retryAfterMs ?? 30_000) / 1000)) })
    if (['connection_lost', 'overloaded', 'read_only', 'internal'].includes(kind)) return t(`errors.${kind}`)
    const words = message.replace(/^[a-z]+\.[a-zA-Z]+: /, '').replace(/^./, (first) => first.toUpperCase())
    const other = said(words)
    if (!translates() || other !== words) return other
    return plain.includes(kind) ? t(`errors.${kind}`) : `${t(`errors.${kind}`)} (${words})`
  }
  if (error instanceof TypeError) return t('errors.connection_lost')
  return error instanceof Error ? error.message : String(error)
}
