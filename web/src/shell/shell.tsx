import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLive } from '../hooks/use-live.ts'
import { language, t } from '../i18n.ts'
import { useStore } from '../session.ts'
import { stillToWelcome } from '../welcome/welcome.tsx'
import { announced } from './announce.ts'
import { KeysHelp } from './keys-help.tsx'
import { useKeys } from './keys.ts'
import { Offline } from './offline.tsx'
import { go, place } from './route.ts'
import { Toasts } from './toast.tsx'

type Entry = { to: string, words: string, key: string, count?: 'inbox' | 'other' | 'screener' }

const folders: Entry[] = [
  { to: '/inbox', words: 'shell.inbox', key: 'g i', count: 'inbox' },
  { to: '/other', words: 'shell.other', key: 'g o', count: 'other' },
  { to: '/screener', words: 'shell.screener', key: 'g r', count: 'screener' },
  { to: '/streams', words: 'shell.streams', key: 'g t' },
  { to: '/archive', words: 'shell.archive', key: 'g a' },
  { to: '/search', words: 'shell.search', key: '/' }
]
const rest: Entry[] = [
  { to: '/accounts', words: 'shell.accounts', key: 'g c' },
  { to: '/settings', words: 'shell.settings', key: 'g s' }
]

/** What stands around every screen: the way past the navigation, the navigation with its counts, how the connection is, announcements, toasts, the keys. */
export function Shell({ children }: { children: ComponentChildren }) {
  const { path } = useLive(place)
  const { text, count } = useLive(announced)
  const store = useStore()
  const counts = useLive(store.counts)
  const accounts = useLive(store.accounts)
  const [help, setHelp] = useState(false)
  useKeys({
    ...Object.fromEntries([...folders, ...rest].map(({ to, words, key }) => [key, { does: words, run: () => go(to) }])),
    '?': { does: 'keys.help', run: () => setHelp(true) }
  })
  const nav = useRef<HTMLElement>(null)
  // On a phone it is wider than the page.
  useEffect(() => nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' }), [path, counts === null])
  useEffect(() => { if (accounts?.length === 0 && path === '/inbox' && stillToWelcome()) go('/welcome', { replace: true }) }, [accounts, path])
  const troubled = accounts?.filter(({ status }) => status === 'login-needed' || status === 'stopped').length ?? 0
  const link = ({ to, words, count }: Entry) => {
    const number = count ? counts?.[count] ?? 0 : to === '/accounts' ? troubled : 0
    return (
      <li key={to}>
        <a href={to} aria-current={path === to || path.startsWith(to + '/') ? 'page' : undefined}>
          <span>{t(words)}</span>
          {number > 0 && <span class={count === 'inbox' ? 'nav-count nav-count-strong' : count ? 'nav-count' : 'nav-count nav-count-bad'} aria-hidden="true">{new Intl.NumberFormat(language()).format(number)}</span>}
          {number > 0 && <span class="for-readers">{t(count === 'screener' ? 'shell.waiting' : count ? 'shell.unread' : 'shell.troubled', { count: number })}</span>}
        </a>
      </li>
    )
  }
  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus() }}>{t('shell.skip')}</a>
      <nav class="nav" ref={nav} aria-label={t('shell.nav')}>
        <ul>{folders.map(link)}</ul>
        <ul>
          {rest.map(link)}
          <li class="nav-help"><button type="button" class="button-quiet button-small" onClick={() => setHelp(true)}>{t('shell.keys')} <kbd>?</kbd></button></li>
        </ul>
      </nav>
      <div class="stage-frame">
        <Offline />
        <main id="main" class="stage" tabIndex={-1}>{children}</main>
      </div>
      <Toasts />
      {help && <KeysHelp onClose={() => setHelp(false)} />}
      <div class="for-readers" role="status" aria-live="polite"><span key={count}>{text}</span></div>
    </div>
  )
}
