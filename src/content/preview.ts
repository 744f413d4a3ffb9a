/** One line of at most 160 characters: what a list shows of a message. Never cuts through a surrogate pair. */
export function preview(text: string, subject: string | null): string {
  const line = text.slice(0, 1000).replace(/[\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/gu, ' ').trim() || (subject ?? '')
  return line.length <= 160 ? line : [...line.slice(0, 161)].slice(0, 159).join('') + '…'
}
