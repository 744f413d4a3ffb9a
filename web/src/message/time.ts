const made = new Map<string, Intl.DateTimeFormat>()

/** Making a formatter is slow, so each is made once. */
function formatter(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options)
  return made.get(key) ?? made.set(key, new Intl.DateTimeFormat(language, options)).get(key)!
}

const startOfDay = (at: Date): Date => new Date(at.getFullYear(), at.getMonth(), at.getDate())

/** How many calendar days of the reader's time zone lie between: 0 today, 1 yesterday, negative in the future. */
export function daysAgo(at: Date, now: Date): number {
  return Math.round((startOfDay(now).getTime() - startOfDay(at).getTime()) / 86_400_000)
}

/** Whether two times lie on one calendar day of the reader. */
export function sameDay(one: string, other: string): boolean {
  return daysAgo(new Date(one), new Date(other)) === 0
}

/** `14:05`, as the language writes it. */
export function clockTime(time: string, language: string): string {
  return formatter(language, { hour: 'numeric', minute: '2-digit' }).format(new Date(time))
}

/** Everything: for whoever points at a time. */
export function fullTime(time: string, language: string): string {
  return formatter(language, { dateStyle: 'full', timeStyle: 'short' }).format(new Date(time))
}

/** The line above a day: today, yesterday, `Monday, 4 May`, and the year where it is another one. */
export function dayWords(time: string, now: Date, language: string): string {
  const at = new Date(time)
  const days = daysAgo(at, now)
  if (days === 0 || days === 1) return capital(new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-days, 'day'), language)
  return formatter(language, { weekday: 'long', day: 'numeric', month: 'long', ...(at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }) }).format(at)
}

/** As short as a list has room for: the time of today, yesterday, a weekday of this week, a date, and the year where it is another one. */
export function listTime(time: string, now: Date, language: string): string {
  const at = new Date(time)
  const days = daysAgo(at, now)
  if (days === 0) return clockTime(time, language)
  if (days === 1) return capital(new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-1, 'day'), language)
  if (days > 1 && days < 7) return formatter(language, { weekday: 'short' }).format(at)
  if (at.getFullYear() === now.getFullYear()) return formatter(language, { day: 'numeric', month: 'short' }).format(at)
  return formatter(language, { day: 'numeric', month: 'numeric', year: '2-digit' }).format(at)
}

/** `5 minutes ago`, in the largest unit that fits. */
export function agoWords(time: string, now: Date, language: string): string {
  const seconds = (new Date(time).getTime() - now.getTime()) / 1000
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  for (const [unit, size] of [['day', 86_400], ['hour', 3600], ['minute', 60]] as const) if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit)
  return words.format(0, 'minute')
}

const capital = (text: string, language: string): string => text.charAt(0).toLocaleUpperCase(language) + text.slice(1)
