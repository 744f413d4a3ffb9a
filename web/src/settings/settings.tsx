import { t } from '../i18n.ts'
import { Page } from '../shell/page.tsx'

/** /settings */
export function SettingsScreen() {
  return <Page title={t('shell.settings')} />
}
