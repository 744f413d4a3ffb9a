import type { ComponentType } from 'preact'
import { AccountsScreen } from './accounts/accounts.tsx'
import { SettingsScreen } from './settings/settings.tsx'
import { Soon } from './shell/soon.tsx'

/** What every screen is given. */
export type ScreenProps = { params: Record<string, string>, query: URLSearchParams }
export type Route = { pattern: string, screen: ComponentType<ScreenProps> }

/** The screens of somebody who is signed in, by path; the first that fits. */
export const routes: readonly Route[] = [
  { pattern: '/inbox', screen: Soon },
  { pattern: '/other', screen: Soon },
  { pattern: '/archive', screen: Soon },
  { pattern: '/c/:id', screen: Soon },
  { pattern: '/person/:id', screen: Soon },
  { pattern: '/search', screen: Soon },
  { pattern: '/screener', screen: Soon },
  { pattern: '/streams', screen: Soon },
  { pattern: '/rules', screen: Soon },
  { pattern: '/accounts', screen: AccountsScreen },
  { pattern: '/accounts/*', screen: AccountsScreen },
  { pattern: '/settings', screen: SettingsScreen },
  { pattern: '/settings/*', screen: SettingsScreen }
]
