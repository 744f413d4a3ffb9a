import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { t } from '../i18n.ts'

type Props = {
  label: string, value: string, onValue(value: string): void, type?: 'text' | 'password' | 'email' | 'number', name?: string, autoComplete?: string, hint?: ComponentChildren, wrong?: string | undefined
  required?: boolean, focus?: boolean, minLength?: number, maxLength?: number, pattern?: string | undefined, inputMode?: 'email' | 'numeric' | 'tel' | 'url' | 'text', placeholder?: string
}

/** A labelled line of text, with what helps and what is wrong said to screen readers too. A password can be shown. */
export function Field({ label, value, onValue, type = 'text', hint, wrong, focus = false, ...rest }: Props) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [shown, setShown] = useState(false)
  // At once: a browser heeds autofocus only with the next frame, and only once in the life of a page.
  useLayoutEffect(() => { if (focus) field.current?.focus() }, [])
  const secret = type === 'password'
  return (
    <div class="field">
      <label htmlFor={id}>{label}</label>
      <div class="field-line">
        {/* Of one kind for the types, whatever it is for the browser: showing a password must not make a new field. */}
        <input
          id={id} ref={field} type={(secret && shown ? 'text' : type) as 'text'} value={value} onInput={(event) => onValue(event.currentTarget.value)}
          aria-describedby={`${id}h ${id}w`} aria-invalid={wrong ? 'true' : undefined} spellcheck={false} autocapitalize="off" {...rest}
        />
        {secret && <button type="button" class="button-small" aria-pressed={shown} onClick={() => setShown(!shown)}>{t('signin.show')}</button>}
      </div>
      {hint && <span id={`${id}h`} class="hint">{hint}</span>}
      {wrong && <span id={`${id}w`} class="wrong">{wrong}</span>}
    </div>
  )
}
