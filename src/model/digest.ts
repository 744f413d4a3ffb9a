/** How the user wants it: at which hour (0 to 23) of which IANA time zone. */
export type DigestTime = { hour: number, zone: string }

/** Somebody in Other. `shown` is the address that they wrote from, never a name that they chose. `since` in ms. */
export type Waiting = { conversation: number, shown: string, since: number }

/**
 * What a digest tells. `waiting`: the newest of those who are new in the screener; `more`: how many more there are, with those that nothing
 * proves; `raised`: who has waited for long, told once; `streams`: in how many conversations of each there is something new.
 */
export type DigestContent = { waiting: Waiting[], more: number, raised: Waiting[], streams: { stream: string, conversations: number }[] }

/**
 * Tells the day, as '2026-11-22' of the user's calendar, whose digest was due last at a time (ms): today's from its hour on, before that yesterday's. An
 * hour that the clock skips is over when it has been skipped, and one that it repeats is due once, since a day only counts when it is later than the
 * last one. Throws RangeError for a zone that there is none of.
 */
export function dueDays({ hour, zone }: DigestTime): (now: number) => string {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit' })
  return (now) => {
    const parts = format.formatToParts(now)
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)!.value
    const today = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
    return Number(part('hour')) >= hour ? today : new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10)
  }
}

/** Whether there is a time zone of that name. */
export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null
  } catch {
    return false
  }
}

/** Whether there is anything to tell. */
export function isEmpty({ waiting, more, raised, streams }: DigestContent): boolean {
  return waiting.length === 0 && more === 0 && raised.length === 0 && streams.every(({ stream }) => stream === 'spam')
}

/** The same in words, for whoever shows only texts. Nothing that a stranger wrote is in it but their address. */
export function digestText({ waiting, more, raised, streams }: DigestContent): string {
  const names = (all: Waiting[]) => all.map(({ shown }) => `• ${shown}`).join('\n')
  const parts = [
    raised.length === 0 ? '' : `Waiting in Other for more than two days, written to you alone, and not seen yet:\n${names(raised)}`,
    waiting.length === 0 && more === 0 ? '' : `New in the screener: ${waiting.length + more}.${waiting.length === 0 ? '' : '\n' + names(waiting)}${more === 0 || waiting.length === 0 ? '' : `\n• and ${more} more`}`,
    streams.length === 0 ? '' : `New in the streams of Other: ${streams.map(({ stream, conversations }) => `${stream} ${conversations}`).join(', ')}.`
  ]
  return parts.filter(Boolean).join('\n\n')
}
