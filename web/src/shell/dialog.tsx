import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../i18n.ts'

/** A modal dialog: the focus stays inside (the browser's own <dialog>), Escape closes it, and the focus goes back to where it came from. */
export function Dialog({ title, onClose, children }: { title: string, onClose(): void, children?: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null)
  const id = useId()
  // Before it is drawn: the next key is the dialog's, however fast it follows.
  useLayoutEffect(() => {
    const dialog = element.current
    const before = document.activeElement
    dialog?.showModal()
    return () => {
      // As long as it is open, nothing outside takes the focus.
      dialog?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={element} class="dialog" aria-labelledby={id}
      onCancel={(event) => { event.preventDefault(); onClose() }}
      onClick={(event) => { if (event.target === element.current) onClose() }}
    >
      <div class="dialog-inside">
        <div class="dialog-head">
          <h2 id={id}>{title}</h2>
          <button type="button" class="button-quiet" onClick={onClose} aria-label={t('shell.close')}>✕</button>
        </div>
        {children}
      </div>
    </dialog>
  )
}
