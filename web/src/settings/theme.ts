import { cell } from '../hooks/observable.ts'

export const themes = ['auto', 'light', 'dark'] as const
export type Theme = typeof themes[number]

const kept = 'kinbox.theme'
const stored = localStorage.getItem(kept)

/** The choice on this device; `auto` follows the system. */
export const theme = cell<Theme>(themes.find((one) => one === stored) ?? 'auto')

/** Puts the theme on the page. */
export function applyTheme(): void {
  const { dataset } = document.documentElement
  if (theme.value === 'auto') delete dataset['theme']
  else dataset['theme'] = theme.value
}

/** Chooses a theme for this device. */
export function chooseTheme(next: Theme): void {
  localStorage.setItem(kept, next)
  theme.set(next)
  applyTheme()
}
