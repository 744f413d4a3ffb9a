import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** The page outside: one card in the middle. */
export function Door({ title, children }: { title: string, children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Kinbox`
    if (document.activeElement === document.body || document.activeElement === null) heading.current?.focus()
  }, [title])
  return (
    <div class="door">
      <main id="main" class="card door-card" tabIndex={-1}>
        <p class="door-name" aria-hidden="true">Kinbox</p>
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        {children}
      </main>
    </div>
  )
}
