import type { Account } from '#client'
import { language, t } from '../i18n.ts'
import { useSaid } from '../said/said.ts'
import { clockTime } from './when.ts'

const worthWordsMs = 60_000

/** How an account is: its state in words, what is wrong and what to do, how far the old messages are, when it was deaf. */
export function Health({ account: { status, error, backfill, gaps } }: { account: Account }) {
  const said = useSaid()
  // A new login takes a moment: only what somebody may have missed is worth words.
  const open = gaps.filter(({ since, until, filledAt }) => filledAt === null && (until === null || Date.parse(until) - Date.parse(since) > worthWordsMs))
  const number = new Intl.NumberFormat(language())
  return (
    <div class="stack-small">
      <p class={`state state-${status}`}><span class="state-sign" aria-hidden="true" /> {t(`accounts.status.${status}`)}</p>
      {error && status !== 'live' && <p class={status === 'login-needed' ? 'note note-bad' : 'note note-warn'}>{said(error.text)}</p>}
      {backfill && backfill.done < backfill.total && (
        <label class="small">
          {t('accounts.backfill', { done: number.format(backfill.done), total: number.format(backfill.total) })}
          <progress value={backfill.done} max={backfill.total} />
        </label>
      )}
      {backfill && backfill.done >= backfill.total && backfill.total > 0 && <p class="small quiet">{t('accounts.backfilled', { total: number.format(backfill.total) })}</p>}
      {open.length > 0 && (
        <ul class="plain small quiet">
          {open.slice(-3).map(({ since, until }) => <li key={since}>{until ? t('accounts.gap', { since: clockTime(since), until: clockTime(until) }) : t('accounts.gapOpen', { since: clockTime(since) })}</li>)}
        </ul>
      )}
    </div>
  )
}
