import { useLayoutEffect, useReducer } from 'preact/hooks'

/** A value that changes: the SDK's Live and Window, and the page's own. */
export type Observable<T> = { readonly value: T, subscribe(listener: (value: T) => void): () => void }

/** The value as it is now; the component is drawn again at each change. */
export function useLive<T>(live: Observable<T>): T {
  const [, redraw] = useReducer<number, void>((count) => count + 1, 0)
  useLayoutEffect(() => {
    const drawn = live.value
    const stop = live.subscribe(() => redraw())
    // It may have changed between the drawing and the subscription.
    if (live.value !== drawn) redraw()
    return stop
  }, [live])
  return live.value
}
