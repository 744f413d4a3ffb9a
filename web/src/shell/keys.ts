import { useLayoutEffect, useRef } from 'preact/hooks'
import { cell } from '../hooks/observable.ts'

/** What a key does. `does` is the words key of its line in the help; without it the help leaves it out. False: nothing here, and the key does what it does in a browser. */
export type Binding = { does?: string, run(event: KeyboardEvent): unknown }
/** `j`, `?`, `Escape`, `mod+Enter` (Ctrl, or Command on a Mac), `shift+n`, and two after each other: `g i`. */
export type Bindings = Record<string, Binding | ((event: KeyboardEvent) => unknown)>

const active = cell<readonly { current: Bindings }[]>([])
const pauseMs = 1200
let first: { key: string, at: number } | null = null

/** The keys work while the component is there, from the moment it is drawn: who types fast means what the key before has brought. What came later wins. Plain keys are silent while somebody writes or a dialog is open. */
export function useKeys(bindings: Bindings): void {
  const latest = useRef(bindings)
  latest.current = bindings
  useLayoutEffect(() => {
    active.set([...active.value, latest])
    return () => active.set(active.value.filter((one) => one !== latest))
  }, [])
}

/** All keys that work now and have words, for the help. */
export function helpOfKeys(): { keys: string, does: string }[] {
  const seen = new Map<string, string>()
  for (const { current } of active.value) {
    for (const [keys, binding] of Object.entries(current)) if (typeof binding !== 'function' && binding.does) seen.set(keys, binding.does)
  }
  return [...seen].map(([keys, does]) => ({ keys, does }))
}

/** The name of a pressed key as bindings write it. */
export function nameOfKey({ key, ctrlKey, metaKey, altKey, shiftKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  // A sign such as "?" says by itself that Shift was held.
  const letter = key.length === 1 && key.toLowerCase() !== key.toUpperCase()
  const shift = shiftKey && (key.length > 1 || letter) ? 'shift+' : ''
  return `${ctrlKey || metaKey ? 'mod+' : ''}${altKey ? 'alt+' : ''}${shift}${letter ? key.toLowerCase() : key === ' ' ? 'Space' : key}`
}

/** Whether the element takes what is typed. */
export function takesText(element: EventTarget | null): boolean {
  if (!(element instanceof HTMLElement)) return false
  if (element.isContentEditable || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement) return true
  return element instanceof HTMLInputElement && !['button', 'checkbox', 'radio', 'submit', 'reset', 'file', 'range', 'color'].includes(element.type)
}

/** Listens for the whole page. Call once. */
export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return
    const name = nameOfKey(event)
    const plain = !/^(mod|alt)\+/.test(name) && name !== 'Escape'
    if (document.querySelector('dialog[open]') || (plain && takesText(event.target))) return
    const before = first && event.timeStamp - first.at < pauseMs ? first.key : null
    first = null
    for (const wanted of before ? [`${before} ${name}`, name] : [name]) {
      const binding = active.value.map(({ current }) => current[wanted]).findLast((one) => one !== undefined)
      if (!binding) continue
      if ((typeof binding === 'function' ? binding(event) : binding.run(event)) !== false) event.preventDefault()
      return
    }
    if (plain && active.value.some(({ current }) => Object.keys(current).some((keys) => keys.startsWith(name + ' ')))) first = { key: name, at: event.timeStamp }
  })
}
