/** What the server says in English, with places, and how another language says it. */
export type Sentences = Record<string, string>
export type Match = { pattern: RegExp, places: string[], says: string }

/**
 * The patterns of a table: those that have another sentence in them first, then the most exact. `{0}` stands for any text; `{day}` for a day like `3 May 2026`; `{channel}` and `{stream}` for
 * one of those; `{said}` and `{signature}` for a sentence, or part of one, of this table.
 */
export function matchesOf(sentences: Sentences): Match[] {
  const exact = (text: string) => text.replace(/{\w+}/g, '').length
  const whole = (text: string) => Number(text.includes('{said}'))
  return Object.entries(sentences).sort(([one], [other]) => whole(other) - whole(one) || exact(other) - exact(one)).map(([text, says]) => ({
    pattern: new RegExp('^' + text.split(/{\w+}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('([^]+?)') + '$'),
    places: [...text.matchAll(/{(\w+)}/g)].map(([, name]) => name!), says
  }))
}

/** `word` says what fills a place of a kind. A text that no sentence fits stays as it is. */
export function saidBy(matches: readonly Match[], text: string, word: (kind: string, value: string) => string | null): string {
  for (const { pattern, places, says } of matches) {
    const found = pattern.exec(text)
    if (!found) continue
    const filled = places.map((kind, at): [string, string | null] => {
      const value = found[at + 1]!
      if (/^\d+$/.test(kind)) return [kind, value]
      if (kind !== 'said' && kind !== 'signature') return [kind, word(kind, value)]
      const inner = sentence(matches, value, word)
      return [kind, kind === 'signature' && inner === value ? null : inner]
    })
    if (filled.some(([, value]) => value === null)) continue
    return filled.reduce((text, [kind, value]) => text.replaceAll(`{${kind}}`, () => value!), says)
  }
  return text
}

/** Within another sentence it may begin with a small letter. */
function sentence(matches: readonly Match[], text: string, word: (kind: string, value: string) => string | null): string {
  const plain = saidBy(matches, text, word)
  if (plain !== text) return plain
  const begun = text.charAt(0).toUpperCase() + text.slice(1)
  const other = saidBy(matches, begun, word)
  return other === begun ? text : other
}
