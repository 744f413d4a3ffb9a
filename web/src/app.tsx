import { useEffect } from 'preact/hooks'
import { useLive } from './hooks/use-live.ts'
import { routes } from './routes.ts'
import { Boundary } from './shell/boundary.tsx'
import { go, matchPath, place } from './shell/route.ts'
import { Shell } from './shell/shell.tsx'
import { Soon } from './shell/soon.tsx'

const doors = ['/', '/welcome', '/login']

/** Whether the page has a screen for that path; other links leave the page. */
export function isPage(path: string): boolean {
  return doors.includes(path) || routes.some(({ pattern }) => matchPath(pattern, path) !== null)
}

/** The whole page. */
export function App() {
  const { path, query } = useLive(place)
  useEffect(() => { if (path === '/') go('/inbox', { replace: true }) }, [path])
  const found = routes.map(({ pattern, screen }) => ({ params: matchPath(pattern, path), screen })).find(({ params }) => params !== null)
  const Screen = found?.screen ?? Soon
  return (
    <Shell>
      <Boundary place={path}><Screen params={found?.params ?? {}} query={query} /></Boundary>
    </Shell>
  )
}
