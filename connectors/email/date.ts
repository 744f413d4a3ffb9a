const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const zones: Record<string, number> = { ut: 0, utc: 0, gmt: 0, z: 0, est: -300, edt: -240, cst: -360, cdt: -300, mst: -420, mdt: -360, pst: -480, pdt: -420 }
const shape = /(?:^|[\s,])(\d{1,2})[\s-]+([a-z]{3})[a-z]*[\s,-]+(\d{2,4})[\s,]+(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:\.\d+)?)?\s*(?:([+-]\d{4})|([a-z]{1,5})(?=\s|$))?/i

/** A Date header (RFC 5322 section 3.3 and its obsolete forms) in ms since the epoch, or undefined. Without a zone it is UTC (-0000). */
export function readDate(value: string): number | undefined {
  const match = shape.exec(value.slice(0, 200).replace(/\([^()]*\)/g, ' '))
  if (!match) return undefined
  const [, day, monthName, yearText, hour, minute, second, offset, zone] = match
  const month = months.indexOf(monthName!.toLowerCase())
  let year = Number(yearText)
  // RFC 5322 section 4.3: two digits are 2000 to 2049 or 1950 to 1999, three digits count from 1900.
  if (yearText!.length === 2) year += year < 50 ? 2000 : 1900
  else if (yearText!.length === 3) year += 1900
  if (month < 0 || year < 1970 || Number(day) < 1 || Number(day) > 31 || Number(hour) > 24 || Number(minute) > 59 || Number(second ?? 0) > 60) return undefined
  const sign = offset?.startsWith('-') ? -1 : 1
  const east = offset ? sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3))) : zones[zone?.toLowerCase() ?? ''] ?? 0
  return Date.UTC(year, month, Number(day), Number(hour), Number(minute), Number(second ?? 0)) - east * 60_000
}
