import { useEffect } from 'preact/hooks'
import { leaveAgain } from './composer/leaving.ts'
import { useLive } from './hooks/use-live.ts'
import { t } from './i18n.ts'
import { routes } from './routes.ts'
import { openSession, session } from './session.ts'
import { followPresence } from './settings/presence.ts'
import { Boundary } from './shell/boundary.tsx'
import { drawing } from './shell/redraw.ts'
import { go, matchPath, place } from './shell/route.ts'
import { Shell } from './shell/shell.tsx'
import { Door } from './signin/door.tsx'
import { Outside } from './signin/outside.tsx'
import { Missing } from './shell/missing.tsx'
import { Welcome } from './welcome/welcome.tsx'

const doors = ['/', '/welcome', '/login']

/** Whether the page has a screen for that path; other links leave the page. */
export function isPage(path: string): boolean {
  return doors.includes(path) || routes.some(({ pattern }) => matchPath(pattern, path) !== null)
}

/** The whole page: the door until somebody is signed in, then the screens. */
export function App() {
  const now = useLive(session)
  const words = useLive(drawing)
  useEffect(openSession, [])
  if (now.state === 'starting') return <Starting why={now.why} />
  if (now.state === 'out') return <Outside ended={now.ended} />
  return <Inside key={words} />
}

/** The words wait in the page from the start, so that nothing flickers where the server answers at once. */
function Starting({ why }: { why: string | null }) {
  return <Door title={why ? t('shell.unreachable') : t('shell.starting')}>{why && <><p>{t('shell.unreachableNext')}</p><p class="quiet small">{why}</p></>}</Door>
}

function Inside() {
  const { path, query } = useLive(place)
  const { client, store } = session.value as Extract<typeof session.value, { state: 'in' }>
  useEffect(() => followPresence(client), [client])
  useEffect(() => leaveAgain(store), [store])
  useEffect(() => { if (path === '/' || path === '/login') go('/inbox', { replace: true }) }, [path])
  if (path === '/welcome') return <Boundary place={path}><Welcome /></Boundary>
  const found = routes.map(({ pattern, screen }) => ({ params: matchPath(pattern, path), screen })).find(({ params }) => params !== null)
  const Screen = found?.screen ?? Missing
  return (
    <Shell>
      <Boundary place={path}><Screen params={found?.params ?? {}} query={query} /></Boundary>
    </Shell>
  )
}
