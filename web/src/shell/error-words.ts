import { KinboxError } from '#client'
import { t } from '../i18n.ts'

/** What to tell somebody of an error: what happened and what to do. The server's own words where the page has none better. */
export function errorWords(error: unknown): string {
  if (error instanceof KinboxError) {
    const { kind, retryAfterMs, message } = error
    if (kind === 'rate_limited') return t('errors.rate_limited', { count: Math.max(1, Math.ceil((retryAfterMs ?? 30_000) / 1000)) })
    if (['connection_lost', 'overloaded', 'read_only', 'internal'].includes(kind)) return t(`errors.${kind}`)
    return message.replace(/^[a-z]+\.[a-zA-Z]+: /, '').replace(/^./, (first) => first.toUpperCase())
  }
  if (error instanceof TypeError) return t('errors.connection_lost')
  return error instanceof Error ? error.message : String(error)
}
