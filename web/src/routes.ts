import type { ComponentType } from 'preact'
import { AccountsScreen } from './accounts/accounts.tsx'
import { MailScreen } from './inbox/mail.tsx'
import { PersonScreen } from './person/person.tsx'
import { RulesScreen } from './rules/rules.tsx'
import { ScreenerScreen } from './screener/screener.tsx'
import { SearchScreen } from './search/search.tsx'
import { SettingsScreen } from './settings/settings.tsx'
import { StreamsScreen } from './streams/streams.tsx'

/** What every screen is given. */
export type ScreenProps = { params: Record<string, string>, query: URLSearchParams }
export type Route = { pattern: string, screen: ComponentType<ScreenProps> }

/** The screens of somebody who is signed in, by path; the first that fits. */
export const routes: readonly Route[] = [
  { pattern: '/inbox', screen: MailScreen },
  { pattern: '/other', screen: MailScreen },
  { pattern: '/archive', screen: MailScreen },
  { pattern: '/c/:id', screen: MailScreen },
  { pattern: '/new', screen: MailScreen },
  { pattern: '/person/:id', screen: PersonScreen },
  { pattern: '/search', screen: SearchScreen },
  { pattern: '/screener', screen: ScreenerScreen },
  { pattern: '/streams', screen: StreamsScreen },
  { pattern: '/rules', screen: RulesScreen },
  { pattern: '/accounts', screen: AccountsScreen },
  { pattern: '/accounts/*', screen: AccountsScreen },
  { pattern: '/settings', screen: SettingsScreen },
  { pattern: '/settings/*', screen: SettingsScreen }
]
