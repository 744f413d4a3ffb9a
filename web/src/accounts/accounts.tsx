import { t } from '../i18n.ts'
import { Page } from '../shell/page.tsx'

/** /accounts */
export function AccountsScreen() {
  return <Page title={t('shell.accounts')} />
}
