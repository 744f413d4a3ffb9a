import { t } from '../i18n.ts'
import { Page } from './page.tsx'

/** A path that no screen has. */
export function Missing() {
  return <Page title={t('shell.missing')}><p><a href="/inbox">{t('shell.toInbox')}</a></p></Page>
}
