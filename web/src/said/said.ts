import { cell } from '../hooks/observable.ts'
import { useLive } from '../hooks/use-live.ts'
import { language, t } from '../i18n.ts'
import { matchesOf, saidBy } from './sentences.ts'
import type { Match, Sentences } from './sentences.ts'

const files = import.meta.glob<Sentences>('./*.json', { import: 'default' })
const known = cell<readonly Match[]>([])

/** Has what the server says (reasons, warnings, refusals) put in that language from now on. Its sentences come after the page; until then, and where one is missing, the server's own stand. */
export async function hearIn(language: string): Promise<void> {
  const load = files[`./${language}.json`]
  known.set(load ? matchesOf(await load()) : [])
}

/** A sentence of the server in the user's language. */
export function said(text: string): string {
  return saidBy(known.value, text, wordOf)
}

/** Whether the user reads another language than the server writes. */
export function translates(): boolean {
  return known.value.length > 0
}

/** `said` for what is drawn: it is drawn again once the sentences are there. */
export function useSaid(): (text: string) => string {
  useLive(known)
  return said
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

/** A day, a channel or a stream in the user's language; null where it is none, so that another sentence may fit. */
function wordOf(kind: string, value: string): string | null {
  if (kind === 'day') {
    const [, day, month, year] = /^(\d{1,2}) (\w+) (\d{4,})$/.exec(value) ?? []
    const at = months.indexOf(month ?? '')
    return at < 0 ? null : new Intl.DateTimeFormat(language(), { dateStyle: 'long', timeZone: 'UTC' }).format(Date.UTC(Number(year), at, Number(day)))
  }
  const key = kind === 'channel' ? `message.channel.${value}` : `streams.names.${value}`
  const found = t(key)
  return found === key ? value : found
}
