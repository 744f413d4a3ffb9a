/** What is said of the text in it, or is no text. */
const unseen = new Set(['param', 'comment'])
const tag = /<(?:(<)|(\/?)([a-z0-9-]{1,60})>)/gi

/**
 * text/enriched (RFC 1896) and the older text/richtext (RFC 1341 section 7.1.3) as plain text: their commands go, excerpts become quotes, and
 * lines are joined as both say: one line end is a blank, of more of them one goes. What is no command stays. Linear.
 */
export function plainOfEnriched(text: string, type: 'text/enriched' | 'text/richtext'): string {
  const rich = type === 'text/richtext'
  const out: string[] = []
  let from = 0
  let hidden = 0
  let unfilled = 0
  let quotes = 0
  const write = (words: string) => {
    if (hidden > 0) return
    const filled = unfilled > 0 ? words : rich ? words.replace(/\s+/g, ' ') : words.replace(/\n+/g, (ends) => ends.length === 1 ? ' ' : '\n'.repeat(ends.length - 1))
    out.push(quotes > 0 ? filled.replaceAll('\n', `\n${'> '.repeat(Math.min(quotes, 20))}`) : filled)
  }
  const line = () => {
    if (hidden === 0) out.push(`\n${'> '.repeat(Math.min(quotes, 20))}`)
  }
  for (const match of text.matchAll(tag)) {
    write(text.slice(from, match.index))
    from = match.index + match[0].length
    const [, doubled, end, written = ''] = match
    const name = written.toLowerCase()
    if (doubled !== undefined) write(rich ? '<<' : '<')
    else if (unseen.has(name)) hidden = Math.max(0, hidden + (end ? -1 : 1))
    else if (name === 'nofill' || rich && name === 'verbatim') unfilled = Math.max(0, unfilled + (end ? -1 : 1))
    else if (name === 'excerpt') {
      quotes = Math.max(0, quotes + (end ? -1 : 1))
      line()
    } else if (rich && name === 'lt') write('<')
    else if (rich && (name === 'nl' || name === 'np' || name === 'paragraph' && end)) line()
  }
  write(text.slice(from))
  return out.join('').split('\n').map((one) => one.trimEnd()).join('\n').trim()
}
