type Target = { addEventListener?(type: string, fn: () => void): void, removeEventListener?(type: string, fn: () => void): void }

/** Calls `fn` when a browser is online again or its page is looked at again; where there is no browser, never. Returns how to end it. */
export function onWake(fn: () => void): () => void {
  const { document } = globalThis as { document?: Target & { visibilityState?: string } }
  const window = globalThis as Target
  if (!document?.addEventListener || !window.addEventListener) return () => {}
  const seen = () => {
    if (document.visibilityState === 'visible') fn()
  }
  window.addEventListener('online', fn)
  document.addEventListener('visibilitychange', seen)
  return () => {
    window.removeEventListener?.('online', fn)
    document.removeEventListener?.('visibilitychange', seen)
  }
}
