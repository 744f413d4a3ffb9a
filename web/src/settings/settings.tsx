import { t } from '../i18n.ts'
import type { ScreenProps } from '../routes.ts'
import { Page } from '../shell/page.tsx'
import { Addresses } from './addresses.tsx'
import { DigestSettings } from './digest.tsx'
import { FriendSettings } from './friends.tsx'
import { General } from './general.tsx'
import { Logins } from './logins.tsx'
import { People } from './people.tsx'

const parts = [
  { path: '', words: 'settings.general', part: General },
  { path: 'friends', words: 'settings.friends', part: FriendSettings },
  { path: 'people', words: 'settings.people', part: People },
  { path: 'other', words: 'digest.tab', part: DigestSettings },
  { path: 'addresses', words: 'settings.addresses', part: Addresses },
  { path: 'logins', words: 'settings.logins', part: Logins }
]

/** /settings, /settings/friends, /settings/people, /settings/other, /settings/addresses, /settings/logins */
export function SettingsScreen({ params: { rest = '' } }: ScreenProps) {
  const { words, part: Part } = parts.find(({ path }) => path === rest) ?? parts[0]!
  return (
    <Page title={rest === '' ? t('shell.settings') : t(words)}>
      <nav class="tabs" aria-label={t('shell.settings')}>
        {parts.map(({ path, words }) => <a key={path} href={`/settings${path && '/' + path}`} aria-current={path === rest ? 'page' : undefined}>{t(words)}</a>)}
      </nav>
      <Part />
    </Page>
  )
}
