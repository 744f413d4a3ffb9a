import { t } from '../i18n.ts'
import { Page } from './page.tsx'

/** Holds the place of a screen that is being built. */
export function Soon() {
  return <Page title={t('shell.soon')}><p class="quiet">{t('shell.soon')}</p></Page>
}
