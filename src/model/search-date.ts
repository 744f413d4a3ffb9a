const day = 86_400_000

/**
 * The first moment (ms) of a day, month or year as people write it in a search: `2026-11-30`, `2026-11`, `2026`, `today`,
 * `yesterday`, `7d`, `2w`, `3m`, `1y` ago, or a whole RFC 3339 time. Days begin in `timeZone` (IANA). null: it is none of these.
 */
export function searchDay(text: string, { now, timeZone }: { now: number, timeZone: string }): number | null {
  const date = /^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?$/.exec(text)
  if (date) return startOf(Number(date[1]), Number(date[2] ?? 1), Number(date[3] ?? 1), timeZone)
  const [year, month, today] = wall(now, timeZone)
  const ago = /^(\d{1,4})([dwmy])$/i.exec(text)
  const count = Number(ago?.[1] ?? 0)
  switch (ago?.[2]?.toLowerCase() ?? text.toLowerCase()) {
    case 'today': return startOf(year, month, today, timeZone)
    case 'yesterday': return shifted(year, month, today - 1, timeZone)
    case 'd': return shifted(year, month, today - count, timeZone)
    case 'w': return shifted(year, month, today - 7 * count, timeZone)
    case 'm': return shifted(year, month - count, today, timeZone)
    case 'y': return shifted(year - count, month, today, timeZone)
  }
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i.test(text)) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : at
}

/** Names that are known to be right: to ask takes a tenth of a millisecond and more, and every search asks. Some hundreds there are, and more with letters in other cases. */
const zones = new Set(['UTC'])
const mostZones = 1000

/** Whether a name is one of a time zone. */
export function isTimeZone(name: string): boolean {
  if (zones.has(name)) return true
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    if (zones.size < mostZones) zones.add(name)
    return true
  } catch {
    return false
  }
}

/** A day that need not be in the calendar: the 0th is the last of the month before. */
function shifted(year: number, month: number, date: number, timeZone: string): number | null {
  const at = new Date(Date.UTC(year, month - 1, date))
  return startOf(at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), timeZone)
}

/** null: there is no such day. */
function startOf(year: number, month: number, date: number, timeZone: string): number | null {
  const utc = Date.UTC(year, month - 1, date)
  const at = new Date(utc)
  if (at.getUTCMonth() !== month - 1 || at.getUTCDate() !== date) return null
  if (timeZone === 'UTC') return utc
  // Once more from there, since the offset may be another one at the day's own midnight.
  const guess = utc - offset(utc, timeZone)
  return Math.min(utc - offset(guess, timeZone), guess + day)
}

/** How far the clocks of a zone are ahead of UTC (ms). */
function offset(at: number, timeZone: string): number {
  const [year, month, date, hour, minute, second] = wall(at, timeZone)
  return Date.UTC(year, month - 1, date, hour, minute, second) - Math.floor(at / 1000) * 1000
}

function wall(at: number, timeZone: string): [number, number, number, number, number, number] {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }).formatToParts(at)
  const of = (type: string) => Number(parts.find((part) => part.type === type)!.value)
  return [of('year'), of('month'), of('day'), of('hour'), of('minute'), of('second')]
}
