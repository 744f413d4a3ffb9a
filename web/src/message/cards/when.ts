import type { Card } from '#client'

type Invitation = NonNullable<Card['invitation']>
type Repeats = NonNullable<Invitation['repeats']>
type Words = (key: string, values?: Record<string, string | number>) => string

const weekdays = ['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su']

/** When it takes place, in the reader's own zone; in the writer's words where no zone was said, and days alone where it takes whole ones. */
export function whenWords({ start, end, allDay }: Pick<Invitation, 'start' | 'end' | 'allDay'>, language: string, timeZone?: string): string {
  const zoned = /Z$|[+-]\d\d:\d\d$/.test(start)
  const zone = allDay || !zoned ? 'UTC' : timeZone
  const at = (text: string) => new Date(allDay ? text + 'T00:00:00Z' : zoned ? text : text + 'Z')
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'full', ...(allDay ? {} : { timeStyle: 'short' }), ...(zone === undefined ? {} : { timeZone: zone }) })
  const from = at(start)
  // The day that whole days end with is the first one after it (RFC 5545 section 3.6.1).
  const to = end === undefined ? from : new Date(at(end).getTime() - (allDay ? 86_400_000 : 0))
  return Number.isNaN(from.getTime()) ? start : Number.isNaN(to.getTime()) || to <= from ? format.format(from) : format.formatRange(from, to)
}

/** How often it takes place again, in words. */
export function repeatWords({ unit, every, days, monthDays, count, until }: Repeats, language: string, t: Words): string {
  // The first of January 2024 was a Monday.
  const dayName = (day: string) => new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, 1 + weekdays.indexOf(day.slice(-2)))))
  const named = days.map((day) => {
    const number = Number(day.slice(0, -2))
    return day.length === 2 ? dayName(day) : number === -1 ? t('cards.repeats.last', { day: dayName(day) }) : t('cards.repeats.nth', { number, day: dayName(day) })
  })
  const on = [...named, ...monthDays.map((day) => t('cards.repeats.dayOfMonth', { day }))]
  return [
    t(`cards.repeats.${unit}`, { count: every }),
    ...(on.length > 0 ? [t('cards.repeats.on', { days: new Intl.ListFormat(language).format(on) })] : []),
    ...(count === undefined ? [] : [t('cards.repeats.times', { count })]),
    ...(until === undefined ? [] : [t('cards.repeats.until', { day: new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(until + 'T00:00:00Z')) })])
  ].join(' ')
}
