import ICAL from 'ical.js'
import { canonicalEmail } from '#connector'
import type { InvitationAnswer, InvitationCard, Named, Repeats } from '#connector'
import { cut, oneLine, shownName } from './words.ts'

const MOST = 5
const MOST_ATTENDEES = 200
const methods: Record<string, InvitationCard['method']> = { request: 'request', cancel: 'cancel', reply: 'reply', counter: 'counter', publish: 'publish', add: 'request' }
const answers: Record<string, InvitationAnswer> = { ACCEPTED: 'accepted', TENTATIVE: 'tentative', DECLINED: 'declined' }
const units: Record<string, Repeats['unit']> = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' }

/**
 * What a calendar file (RFC 5545) asks or tells, by the method of RFC 5546: its own, or the one of the part that carries it. Without a method it is something published.
 * Times keep the writer's zone as an offset, by the file's own rules for it (VTIMEZONE) or by its name. `you` is left to whoever knows the own
 * addresses. Throws over what is no calendar.
 */
export function readCalendar(text: string, said: string | undefined): InvitationCard[] {
  const calendar = new ICAL.Component(ICAL.parse(text.replace(/^\ufeff/, '').trim()) as unknown[])
  const own = calendar.getFirstPropertyValue('method')
  const method = methods[(typeof own === 'string' ? own : said ?? 'publish').toLowerCase()] ?? 'publish'
  const zones = new Map(calendar.getAllSubcomponents('vtimezone').slice(0, 20).map((one) => {
    const zone = new ICAL.Timezone(one)
    return [zone.tzid, zone] as const
  }))
  return calendar.getAllSubcomponents('vevent').slice(0, MOST).flatMap((event) => invitation(event, method, zones))
}

type Component = InstanceType<typeof ICAL.Component>
type Property = InstanceType<typeof ICAL.Property>
type Time = InstanceType<typeof ICAL.Time>
type Zones = Map<string, InstanceType<typeof ICAL.Timezone>>

function invitation(event: Component, method: InvitationCard['method'], zones: Zones): InvitationCard[] {
  const words = (name: string) => { const value = event.getFirstPropertyValue(name); return typeof value === 'string' ? value : '' }
  const uid = words('uid').trim()
  const from = event.getFirstProperty('dtstart')
  const start = from && time(from)
  if (uid === '' || uid.length > 500 || !from || !start) return []
  const until = event.getFirstProperty('dtend')
  const duration = event.getFirstPropertyValue('duration')
  const lasts = duration instanceof ICAL.Duration ? start.clone() : null
  if (lasts && duration instanceof ICAL.Duration) lasts.addDuration(duration)
  const end = until ? time(until) : lasts
  const zone = from.getFirstParameter('tzid')
  const people = event.getAllProperties('attendee').slice(0, MOST_ATTENDEES).flatMap((one) => {
    const named = person(one)
    return named ? [{ ...named, answer: answers[String(one.getFirstParameter('partstat') ?? '').toUpperCase()] ?? 'unknown' as const }] : []
  })
  const organizer = person(event.getFirstProperty('organizer'))
  const place = oneLine(words('location'), 500)
  const description = cut(words('description').replace(/\r\n?/g, '\n').replaceAll('\0', '').trim(), 8000)
  const rule = event.getFirstPropertyValue('rrule')
  const repeats = rule instanceof ICAL.Recur ? repeated(rule) : undefined
  const moved = event.getFirstProperty('recurrence-id')
  const sequence = Number(event.getFirstPropertyValue('sequence') ?? 0)
  const cancelled = words('status').toUpperCase() === 'CANCELLED'
  // An answer names what it is about by these very lines (RFC 5546 section 3.2.3).
  const echo = ['dtstart', 'dtend', 'duration', 'recurrence-id'].flatMap((name) => event.getFirstProperty(name)?.toICALString() ?? [])
  return [{
    type: 'invitation', method: cancelled && method === 'request' ? 'cancel' : method, uid: oneLine(uid, 500), sequence: Number.isSafeInteger(sequence) && sequence >= 0 ? sequence : 0,
    title: oneLine(words('summary'), 500), start: written(start, zones, zone), ...(end && end.compare(start) >= 0 && { end: written(end, zones, until?.getFirstParameter('tzid') ?? zone) }),
    allDay: start.isDate, ...(zone && { zone: oneLine(zone, 100) }), ...(moved && time(moved) && { recurrenceId: written(time(moved)!, zones, moved.getFirstParameter('tzid')) }),
    ...(place && { place }), ...(description && { description }), ...(organizer && { organizer }), attendees: people, ...(repeats && { repeats }),
    ...(method === 'request' && { echo: echo.join('\r\n').slice(0, 2000) })
  }]
}

function time(property: Property): Time | null {
  const value = property.getFirstValue()
  return value instanceof ICAL.Time ? value : null
}

function person(property: Property | null): Named | undefined {
  if (!property) return undefined
  const address = canonicalEmail(String(property.getFirstValue() ?? '').trim().replace(/^mailto:/i, ''))
  if (address === null) return undefined
  const name = shownName(String(property.getFirstParameter('cn') ?? ''))
  return { kind: 'email', address, ...(name && name !== address && { name }) }
}

/** RFC 3339, or the day alone; a local time without offset where nothing tells the zone. */
function written(of: Time, zones: Zones, tzid: string | undefined): string {
  const two = (part: number, size = 2) => String(Math.abs(part)).padStart(size, '0')
  const day = `${two(of.year, 4)}-${two(of.month)}-${two(of.day)}`
  if (of.isDate) return day
  const local = `${day}T${two(of.hour)}:${two(of.minute)}:${two(of.second)}`
  if (of.zone === ICAL.Timezone.utcTimezone) return local + 'Z'
  const minutes = offset(of, zones, tzid)
  return minutes === null ? local : `${local}${minutes < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
}

/** Minutes east of UTC at that local time: by a name that is known everywhere, else by what the file says about it. */
function offset(of: Time, zones: Zones, tzid: string | undefined): number | null {
  if (!tzid) return null
  const local = Date.UTC(of.year, of.month - 1, of.day, of.hour, of.minute, of.second)
  const known = byName(tzid)
  if (known) {
    const first = known(local)
    return known(local - first * 60_000)
  }
  const zone = zones.get(tzid)
  if (!zone) return null
  return Math.round(zone.utcOffset(of) / 60)
}

function byName(tzid: string): ((at: number) => number) | null {
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: tzid, timeZoneName: 'longOffset' })
    return (at) => {
      const said = /GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '')
      return said?.[1] ? (said[1] === '-' ? -1 : 1) * (Number(said[2]) * 60 + Number(said[3])) : 0
    }
  } catch {
    return null
  }
}

function repeated(rule: InstanceType<typeof ICAL.Recur>): Repeats | undefined {
  const unit = units[rule.freq]
  if (!unit) return undefined
  const list = (name: string): string[] => (rule.parts[name as keyof typeof rule.parts] as unknown[] | undefined ?? []).slice(0, 31).map(String)
  const numbers = (name: string) => list(name).map(Number).filter((one) => Number.isInteger(one))
  return {
    unit, every: Math.max(1, Math.trunc(rule.interval) || 1), days: list('BYDAY').map((day) => day.toLowerCase().replace(/^\+/, '')).filter((day) => /^-?\d{0,2}(?:mo|tu|we|th|fr|sa|su)$/.test(day)),
    monthDays: numbers('BYMONTHDAY'), months: numbers('BYMONTH'), ...(rule.count && { count: rule.count }), ...(rule.until && { until: rule.until.toString().slice(0, 10) })
  }
}
