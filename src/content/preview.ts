/** One line of at most 160 characters: what a list shows of a message. Never cuts through a surrogate pair. */
export function preview(text: string, subject: string | null): string {
  // The beginning has it all, mostly: 161 characters are at most 322 units.
  const start = lineOf(text.slice(0, 400))
  const line = (start.length > 322 || text.length <= 400 ? start : lineOf(text.slice(0, 1000))) || (subject ?? '')
  return line.length <= 160 ? line : [...line.slice(0, 161)].slice(0, 159).join('') + '…'
}

/** A single blank is what it becomes, and stays out of it. */
const lineOf = (text: string): string => text.replace(/[\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]{2,}|[^\S ]|[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, ' ').trim()
