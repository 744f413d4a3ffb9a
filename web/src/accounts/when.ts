import { language } from '../i18n.ts'

/** A time of RFC 3339 as the user writes it: date and time, in their zone. */
export function clockTime(time: string): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time))
}
