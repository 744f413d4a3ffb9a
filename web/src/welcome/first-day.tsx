import type { Account } from '#client'
import { Health } from '../accounts/health.tsx'
import { t } from '../i18n.ts'

/** For an inbox that is empty although something is connected: what is going on, and what brings people in. */
export function FirstDay({ accounts }: { accounts: readonly Account[] }) {
  const coming = accounts.filter(({ status, backfill }) => status !== 'live' || (backfill && backfill.done < backfill.total))
  return (
    <div class="stack">
      {coming.map((account) => <div key={account.id}><strong>{account.name}</strong><Health account={account} /></div>)}
      <p class="quiet">{t('welcome.firstDay')}</p>
      <div class="row"><a class="button" href="/welcome">{t('welcome.friendsTitle')}</a><a class="button" href="/other">{t('welcome.lookInOther')}</a></div>
    </div>
  )
}
