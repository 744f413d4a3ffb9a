import type { Account } from '#client'
import { useLive } from '../hooks/use-live.ts'
import { t } from '../i18n.ts'
import type { ScreenProps } from '../routes.ts'
import { useStore } from '../session.ts'
import { Page } from '../shell/page.tsx'
import { AddAccount } from './add.tsx'
import { EditAccount } from './edit.tsx'
import { Health } from './health.tsx'

/** /accounts, /accounts/new, /accounts/new/:kind, /accounts/:id */
export function AccountsScreen({ params: { rest = '' } }: ScreenProps) {
  const accounts = useLive(useStore().accounts)
  const [first = '', second = ''] = rest.split('/')
  if (first === 'new') return <AddAccount kind={second} />
  if (first !== '') {
    const account = accounts?.find(({ id }) => id === first)
    return account ? <EditAccount key={first} account={account} /> : <Page title={accounts ? t('accounts.gone') : t('shell.accounts')}>{accounts && <p><a href="/accounts">{t('accounts.back')}</a></p>}</Page>
  }
  return (
    <Page title={t('shell.accounts')} actions={<a class="button button-main" href="/accounts/new">{t('accounts.add')}</a>}>
      {accounts?.length === 0 && <p class="quiet">{t('accounts.none')}</p>}
      <ul class="plain stack">{accounts?.map((account) => <li key={account.id}><Card account={account} /></li>)}</ul>
    </Page>
  )
}

function Card({ account }: { account: Account }) {
  return (
    <section class="card" aria-labelledby={`${account.id}-name`}>
      <div class="page-head">
        <h2 id={`${account.id}-name`}>{account.name}</h2>
        <a class="button button-small" href={`/accounts/${account.id}`} aria-label={t('accounts.manageNamed', { name: account.name })}>{t('accounts.manage')}</a>
      </div>
      <Health account={account} />
    </section>
  )
}
