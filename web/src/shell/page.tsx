import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { useLive } from '../hooks/use-live.ts'
import { place } from './route.ts'

/**
 * A screen: its title is the document's and its heading. The heading takes the focus when the place changes, so that a screen
 * reader says where one is and the keyboard goes on from there. `actions` stand beside the heading. `wide` leaves the reading width.
 */
export function Page({ title, actions, wide = false, hideTitle = false, children }: { title: string, actions?: ComponentChildren, wide?: boolean, hideTitle?: boolean, children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null)
  const { path } = useLive(place)
  useLayoutEffect(() => { document.title = `${title} · Kinbox` }, [title])
  useLayoutEffect(() => {
    if (!heading.current?.closest('main')?.contains(document.activeElement)) heading.current?.focus({ preventScroll: true })
  }, [path])
  return (
    <div class={wide ? 'page page-wide' : 'page'}>
      <div class="page-head">
        <h1 ref={heading} tabIndex={-1} class={hideTitle ? 'for-readers' : undefined}>{title}</h1>
        {actions && <div class="page-actions">{actions}</div>}
      </div>
      {children}
    </div>
  )
}
