import { anyOf, phrases } from './languages.ts'
import type { Read } from './line.ts'

/** How sure it is that lines say whose the following words are: `sure` also where those have no quote marks. */
export type Introduction = { first: number, sure: boolean }

/** Nobody's program writes it on more lines. */
const MOST_LINES = 4
const MOST_LETTERS = 500

const letters = '\\p{L}\\p{M}\\p{N}'
// Chinese, Japanese and Korean put no blanks between words.
const unspaced = phrases('wrote').filter((one) => /^[^\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(one))
const verb = new RegExp(`(?:(?<![${letters}])(?:${anyOf(phrases('wrote').filter((one) => !unspaced.includes(one)))})(?![${letters}])|${anyOf(unspaced)})`, 'iu')
const lead = new RegExp(`^(?:${anyOf(phrases('lead'))})(?![${letters}])`, 'iu')
const year = /(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)|\d{1,2}\s?[월月]|(?<!\d)\d{1,2}(?:st|nd|rd|th|\.)?\s(?:de\s)?\p{L}{3,}|(?<!\p{L})\p{L}{3,}\.?\s\d{1,2}(?!\d)/u
const clock = /(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)/
const address = /[^\s<>@:()]+@[^\s<>@:()]+\.\p{L}|[<(]mailto:/iu
/** `2 March 2026 12:00 GMT+1 Alice <alice@friend.example>:` with a day's name before it or not, and no verb. */
const startsWithDate = /^(?:\p{L}{1,12}[.,]{0,2}\s?(?:(?:de|den|der|dnia)\s)?)?\d{1,4}(?:[-/. ,年:]|st|nd|rd|th)/u
const bracketed = /[<(\[][^<>()[\]\s]*@[^<>()[\]\s]*[>)\]]/
const colon = /[:：]["'”»]?\s*-{0,6}$/
/** What was handed on is the message itself, not a quote. */
const handedOn = new RegExp(`(?<![${letters}])(?:${anyOf(phrases('forwarded'))})`, 'iu')

/**
 * The lines that end at `last` and say who wrote what follows, in any language of the table: `On 2 March 2026, Alice wrote:`,
 * up to four lines; null when they do not. `followed`: a quote with quote marks follows. Looks at no more than five lines.
 */
export function introduction(lines: Read[], last: number, followed: boolean): Introduction | null {
  const end = lines[last]!
  if (end.blank) return null
  const ends = endsWithColon(end.bare)
  if (!ends && !endsSpeaking(end.bare) && !(followed && bracketed.test(end.bare))) return null

  let found: Introduction | null = null
  let words = ''
  for (let first = last; first >= 0 && first > last - MOST_LINES; first--) {
    const line = lines[first]!
    if (line.blank || line.quoted !== end.quoted || first < last && endsWithColon(line.bare) && verb.test(line.bare)) break
    words = words === '' ? line.bare : line.bare + ' ' + words
    if (words.length > MOST_LETTERS) break
    const above = lines[first - 1]
    const begins = above === undefined || above.blank || above.quoted !== end.quoted
    const plain = words.replace(/^(?:[-—–=_*]\s?)+\s?|\s?[-—–=_*]{2,}$/g, '')
    if (handedOn.test(plain)) return null
    const strength = strengthOf(plain, ends || endsWithColon(plain))
    if (strength === 'none' || strength === 'weak' && !followed) continue
    const starts = startsWithDate.test(plain) || lead.test(plain) && year.test(plain.slice(0, 80))
    // Where the words do not say where they begin, one line has to be enough, or a paragraph of their own.
    if (starts || first === last || begins) found = { first, sure: strength === 'sure' && (starts || begins || strength === 'sure' && bracketed.test(plain)) }
    if (starts) break
  }
  return found
}

/** Most lines end in something else, and that is seen without a pattern. */
function endsWithColon(words: string): boolean {
  const code = words.charCodeAt(words.length - 1)
  return (code === 58 || code === 34 || code === 39 || code === 45 || code <= 32 || code >= 128) && colon.test(words)
}

/** Cheap, since it is asked of every line. */
function endsSpeaking(words: string): boolean {
  const last = lastWord(words.slice(-40))?.toLowerCase()
  return last !== undefined && (lastWords.has(last) || last.charCodeAt(last.length - 1) >= 128 && unspaced.some((one) => last.endsWith(one)))
}

function lastWord(words: string): string | undefined {
  let end = words.length
  for (let code; end > 0 && !isLetter(code = words.charCodeAt(end - 1)) && code < 128;) end--
  let start = end
  for (let code; start > 0 && (isLetter(code = words.charCodeAt(start - 1)) || code === 47);) start--
  // Letters of other scripts are told by their properties.
  if (start > 0 && words.charCodeAt(start - 1) >= 128 || end > 0 && words.charCodeAt(end - 1) >= 128) return /[\p{L}\p{M}()/]+(?=[^\p{L}\p{M}()]{0,12}$)/u.exec(words)?.[0]
  while (words.charCodeAt(end) === 47) end++
  return start < end && words.length - end <= 12 ? words.slice(start, end) : undefined
}

/** A to Z in either case, and parentheses. */
const isLetter = (code: number) => (code | 32) >= 97 && (code | 32) <= 122 || code === 40 || code === 41

const lastWords = new Set(phrases('wrote').map((one) => one.split(' ').at(-1)!))

function strengthOf(words: string, ends: boolean): 'none' | 'weak' | 'sure' {
  const said = verb.exec(words)
  const [hasYear, hasClock, hasAddress] = [year.test(words), clock.test(words), address.test(words)]
  const spoken = said !== null && (ends && namesSomebody(words.slice(said.index + said[0].length)) || verbLast.test(words))
  if (spoken && (hasYear && (hasClock || hasAddress) || hasAddress && (hasClock || ends) || hasYear && lead.test(words) && ends)) return 'sure'
  if (ends && bracketed.test(words) && hasYear && startsWithDate.test(words)) return 'sure'
  if (spoken || ends && (hasYear || hasClock || hasAddress) || startsWithDate.test(words) && bracketed.test(words)) return 'weak'
  return 'none'
}

/** What follows the verb up to the colon: nobody, an address, or words as names are written; `wrote a program that does this:` goes on about something else. */
function namesSomebody(rest: string): boolean {
  if (address.test(rest) || verb.test(rest)) return true
  const named = rest.split(/[\s"'“”„«»,;:()[\]<>*_-]+/).filter((word) => word !== '')
  return named.length <= 2 || named.length <= 8 && named.every((word) => word.length <= 3 || !/^\p{Ll}/u.test(word))
}

const verbLast = new RegExp(`(?:${verb.source})[^${letters}]*$`, 'iu')
