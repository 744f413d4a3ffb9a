import { cell } from '../hooks/observable.ts'

export type Place = { path: string, query: URLSearchParams }

const here = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) })

/** Where the page is. */
export const place = cell<Place>(here())

/** Goes to a path of the page, e.g. `/c/c12?m=m34`. `replace` leaves no entry in the history. */
export function go(to: string, { replace = false }: { replace?: boolean } = {}): void {
  if (to === location.pathname + location.search) return
  history[replace ? 'replaceState' : 'pushState'](null, '', to)
  place.set(here())
}

/** Follows the history and every plain click on a link within the page. Call once. */
export function followLinks(pages: (path: string) => boolean): void {
  addEventListener('popstate', () => place.set(here()))
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin || link.hash || !pages(link.pathname)) return
    event.preventDefault()
    go(link.pathname + link.search)
  })
}

/** `/c/:id` against `/c/c12` gives { id: 'c12' }; null where they differ. A pattern that ends in `/*` gives the rest as `rest`. */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/')
  const parts = path.replace(/\/$/, '').split('/')
  const params: Record<string, string> = {}
  for (const [index, one] of wanted.entries()) {
    if (one === '*') return { ...params, rest: parts.slice(index).join('/') }
    const part = parts[index]
    if (part === undefined) return null
    if (one.startsWith(':')) params[one.slice(1)] = decodeURIComponent(part)
    else if (one !== part) return null
  }
  return wanted.length === parts.length ? params : null
}
