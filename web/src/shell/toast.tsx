import { useEffect } from 'preact/hooks'
import { cell } from '../hooks/observable.ts'
import { useLive } from '../hooks/use-live.ts'
import { t } from '../i18n.ts'
import { announce } from './announce.ts'
import { useKeys } from './keys.ts'

export type Toast = { text: string, undo?: () => void }

const shown = cell<Toast | null>(null)
const shownMs = 10_000

/** Says what was done, for ten seconds (longer while the pointer or the focus is on it), with a way back where there is one: its button, or the key z. */
export function toast(one: Toast): void {
  shown.set(one)
  announce(one.undo ? `${one.text}. ${t('shell.undoByKey')}` : one.text)
}

/** Where toasts are drawn; part of the shell. */
export function Toasts() {
  const one = useLive(shown)
  const close = () => shown.set(null)
  const undo = () => {
    one?.undo?.()
    close()
  }
  useEffect(() => {
    if (!one) return
    let timer = setTimeout(function end() {
      if (document.querySelector('.toast:hover, .toast:focus-within')) timer = setTimeout(end, 1000)
      else close()
    }, shownMs)
    return () => clearTimeout(timer)
  }, [one])
  useKeys(one?.undo ? { z: { does: 'keys.undo', run: undo } } : {})
  if (!one) return null
  return (
    <div class="toast">
      <span>{one.text}</span>
      {one.undo && <button type="button" onClick={undo}>{t('shell.undo')}</button>}
      <button type="button" class="button-quiet" onClick={close} aria-label={t('shell.close')}>✕</button>
    </div>
  )
}
