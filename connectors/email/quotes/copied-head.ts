import { anyOf, headerNames, phrases } from './languages.ts'
import type { HeaderName } from './languages.ts'
import type { Read } from './line.ts'

/** A copied head: the lines `first` to `end` (not included). */
export type CopiedHead = { first: number, end: number }

const MOST_LINES = 30
const MOST_CONTINUED = 3
const header = /^[*_]?([\p{L}\p{M}.'’ -]{1,25}|[\p{L}\p{M}.'’ -]{1,22}\([\p{L}]{1,3}\))[*_]?\s?[:：][*_]?(?:\s|$|(?=\S))(.*)$/u
const rule = /^[-_=*—–─━ ]{3,}$/
const dashed = /^[-_=*—–~<> .]{2,}\s?([^-_=*<>~].{1,60}?)\s?[-_=*—–~<> .:：]{2,}$/
const original = new RegExp(`^(?:re:\\s?)?(?:${anyOf(phrases('original'))})(?![\\p{L}\\p{N}])`, 'iu')
const forwarded = new RegExp(`^(?:${anyOf(phrases('forwarded'))})`, 'iu')

/** True for a line of dashes, stars or underscores alone. */
export function isRule(line: Read): boolean {
  const first = line.bare.charCodeAt(0) | 32
  // Most lines begin with a letter.
  if (first >= 97 && first <= 122) return false
  return rule.test(line.bare) && line.bare.length >= 3 || /^[-_=*—–─━ ]{3,}$/.test(line.text.trim())
}

/**
 * The words between dashes over a copied mail: 'original' for one that is answered, 'forwarded' for one that is handed on.
 * `----- Original Message -----` in any language of the table, `Begin forwarded message:`.
 */
export function banner(line: Read): 'original' | 'forwarded' | null {
  const words = line.bare
  if (words.length < 5 || words.length > 90) return null
  if (!/[-_=*—–~<]{2}|[:：]$/.test(words) && !/[-_=*—–~<]{2}/.test(line.text.slice(0, 20))) return null
  const inner = dashed.exec(line.text.trim().slice(0, 100))?.[1]
  if (inner !== undefined) return forwarded.test(inner) ? 'forwarded' : original.test(inner) ? 'original' : null
  return /[:：]$/.test(words) && forwarded.test(words) && words.length < 60 ? 'forwarded' : null
}

/**
 * The head of an earlier mail, copied as text from line `at` on (`From: … Sent: … To: … Subject: …` in any language of the
 * table): at least three different ones of those four, with the From among the first two; two are enough after a rule. Null for anything else. Looks at 30 lines at most.
 */
export function copiedHead(lines: Read[], at: number, afterRule: boolean): CopiedHead | null {
  const start = nameOf(lines[at]!)
  if (start === null || start === 'other') return null
  const found = new Set<HeaderName>()
  let from: string | undefined
  let end = at
  let continued = 0
  let blanks = 0
  for (let next = at; next < lines.length && next < at + MOST_LINES; next++) {
    const line = lines[next]!
    if (line.quoted !== lines[at]!.quoted && line.mark !== 'cite') break
    if (line.blank) {
      if (++blanks > 1) break
      continue
    }
    const name = nameOf(line)
    if (name === null) {
      // A long list of recipients goes over several lines; a paragraph behind an empty line does not.
      if (blanks > 0 || ++continued > MOST_CONTINUED || line.bare.length > 200) break
      continue
    }
    if (name !== 'other' && name !== 'date' && found.has(name)) break
    // With empty lines in between (paragraphs of HTML) only while nothing else comes.
    if (name !== 'other') found.add(name)
    if (name === 'from') from = line.bare
    continued = 0
    blanks = 0
    end = next + 1
  }
  const enough = found.size >= 3 || afterRule && found.size === 2 && (from?.includes('@') ?? false)
  return enough && found.has('from') && (found.has('subject') || found.has('date') || afterRule) ? { first: at, end } : null
}

function nameOf(line: Read): HeaderName | null {
  if (line.bare.length < 3 || !/[:：]/.test(line.bare.slice(0, 30))) return null
  const match = header.exec(line.bare.slice(0, 200))
  return match ? headerNames.get(match[1]!.trim().toLowerCase().replace(/\s+/g, ' ')) ?? null : null
}
