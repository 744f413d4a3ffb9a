import i18next from 'i18next'
import { hearIn } from './said/said.ts'

/** The languages that the page speaks, each by its own name. */
export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

/** One file for each language: the page asks once for all its words. */
const files = { en: () => import('./words-en.ts'), de: () => import('./words-de.ts') }
const kept = 'kinbox.language'

/** The user's choice on this device, else what the browser asks for, else English. */
export function chosenLanguage(): Language {
  const wishes = [localStorage.getItem(kept) ?? '', ...navigator.languages].map((one) => one.toLowerCase().split('-')[0] ?? '')
  return wishes.find((one): one is Language => one in languages) ?? 'en'
}

/** Loads a language's words and makes it the page's. Keys are `area.key`, with one file for each area. */
export async function speak(language: Language, keep = false): Promise<void> {
  const loaded = await files[language]()
  const words = Object.fromEntries(Object.entries(loaded.words).map(([path, area]) => [path.slice(path.lastIndexOf('/') + 1, -'.json'.length), area]))
  if (!i18next.isInitialized) await i18next.init({ lng: language, fallbackLng: false, resources: { [language]: { translation: words } }, interpolation: { escapeValue: false }, returnNull: false })
  else i18next.addResourceBundle(language, 'translation', words)
  await i18next.changeLanguage(language)
  void hearIn(language).catch(() => undefined)
  if (keep) localStorage.setItem(kept, language)
  document.documentElement.lang = language
  document.documentElement.dir = i18next.dir(language)
}

/** The words for `area.key`, with `{{name}}` filled in and the plural of `count` chosen. The result is text, never HTML. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  return i18next.t(key, values)
}

/** The language in use, for Intl: as the browser writes it where it names a region (en-GB), so that days and hours look as they do there. */
export function language(): string {
  const used = i18next.language ?? 'en'
  return navigator.languages.find((one) => one.toLowerCase().split('-')[0] === used) ?? used
}
