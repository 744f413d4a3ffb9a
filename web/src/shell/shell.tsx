import type { ComponentChildren } from 'preact'
import { useLive } from '../hooks/use-live.ts'
import { t } from '../i18n.ts'
import { announced } from './announce.ts'
import { go, place } from './route.ts'
import { useKeys } from './keys.ts'
import { Toasts } from './toast.tsx'

const main = [
  { to: '/inbox', words: 'shell.inbox', key: 'g i' },
  { to: '/other', words: 'shell.other', key: 'g o' },
  { to: '/screener', words: 'shell.screener', key: 'g r' },
  { to: '/streams', words: 'shell.streams', key: 'g t' },
  { to: '/archive', words: 'shell.archive', key: 'g a' },
  { to: '/search', words: 'shell.search', key: '/' }
]
const more = [
  { to: '/accounts', words: 'shell.accounts', key: 'g c' },
  { to: '/settings', words: 'shell.settings', key: 'g s' }
]

/** What stands around every screen: the way past the navigation, the navigation, the place of announcements, toasts. */
export function Shell({ children }: { children: ComponentChildren }) {
  const { path } = useLive(place)
  const { text, count } = useLive(announced)
  useKeys(Object.fromEntries([...main, ...more].map(({ to, words, key }) => [key, { does: words, run: () => go(to) }])))
  const link = ({ to, words }: { to: string, words: string }) => (
    <li key={to}><a href={to} aria-current={path.startsWith(to) ? 'page' : undefined}>{t(words)}</a></li>
  )
  return (
    <div class="shell">
      <a class="skip" href="#main">{t('shell.skip')}</a>
      <nav class="nav" aria-label={t('shell.nav')}>
        <ul>{main.map(link)}</ul>
        <ul>{more.map(link)}</ul>
      </nav>
      <main id="main" class="stage" tabIndex={-1}>{children}</main>
      <Toasts />
      <div class="for-readers" aria-live="polite" key={count}>{text}</div>
    </div>
  )
}
