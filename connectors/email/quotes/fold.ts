import { banner, copiedHead, isRule } from './copied-head.ts'
import { introduction } from './introduction.ts'
import { readLines } from './line.ts'
import type { Line, Read } from './line.ts'
import { signatureStart } from './signature.ts'

/** `original`: the whole text in its order, where `text` and then `quoted` is not that. */
export type Folded = { text: string, quoted?: string, original?: string }

/**
 * Splits the lines of a mail into what the writer wrote anew (`text`) and what is folded (`quoted`): the earlier mail below the
 * answer, or above it with all of the answer below, with the line that introduces it; signatures, footers, disclaimers. Careful:
 * what is not plainly one of these stays in sight, answers between quotes keep them, a mail with nothing anew is shown whole (unless its
 * quotes say nothing either), and so is what was handed on. `handsOn`: its subject says that it is a forward. Nothing is lost; linear time.
 */
export function fold(lines: Line[], { handsOn = false }: { handsOn?: boolean } = {}): Folded {
  const read = readLines(lines)
  if (saysNothing(read)) return { text: '', quoted: joined(lines) }
  joinWrapped(read)
  markInitials(read)
  markElisions(read)
  const heads: Heads = new Map()
  const reply = replyStart(read, handsOn, heads)
  if (reply === 'handed on') return whole(lines)

  let end = signatureStart(read, 0, reply)
  const head = headQuote(read, end, heads)
  end = tailQuote(read, head?.end ?? 0, end, { introduced: head !== null, heads })
  end = signatureStart(read, head?.end ?? 0, end)

  const shown = [...lines.slice(0, head?.first ?? 0), ...lines.slice(head?.end ?? 0, end)]
  const folded = [joined(head ? lines.slice(head.first, head.end) : []), joined(lines.slice(end))].filter((part) => part !== '').join('\n\n')
  if (!read.some((line, at) => !line.blank && (at < (head?.first ?? 0) || at >= (head?.end ?? 0) && at < end) && !isRule(line)) || folded === '') return whole(lines)
  return { text: joined(shown), quoted: folded, ...(head && { original: joined(lines) }) }
}

/** Copied heads that introduce quotes with marks: where each begins, by the line of the quote. */
type Heads = Map<number, number>

/** Quotes in quotes that hold nobody's words, only who wrote when: what mail programs make of empty answers to each other. */
function saysNothing(lines: Read[]): boolean {
  if (!lines.find(({ blank }) => !blank)?.quoted) return false
  let above = lines.length
  for (let at = lines.length - 1; at >= 0; at--) {
    const line = lines[at]!
    if (at >= above || line.blank || line.bare === '') continue
    const found = line.quoted ? introduction(lines, at, false) : null
    if (!found?.sure) return false
    above = found.first
  }
  return true
}

/** Plain text as lines. */
export function linesOf(text: string): Line[] {
  return text.split('\n').map((line) => ({ text: line }))
}

function whole(lines: Line[]): Folded {
  return { text: joined(lines) }
}

function joined(lines: Line[]): string {
  return lines.map(({ text }) => text).join('\n').replace(/^(?:[ \t]*\n)+/, '').trimEnd()
}

/** Where the copy of an earlier mail begins that goes on to the end; the number of lines when there is none. */
function replyStart(lines: Read[], handsOn: boolean, heads: Heads): number | 'handed on' {
  const fenced = fences(lines)
  let above = false
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    if (line.blank || line.quoted || fenced[at]) {
      above ||= !line.blank
      continue
    }
    const said = banner(line)
    if (said === 'forwarded') return 'handed on'
    const ruled = isRule(line)
    const next = ruled ? following(lines, at, 2) : at
    const head = next === null ? null : copiedHead(lines, next, ruled)
    if (head && !ruled && line.mark === undefined && lines[head.end]?.quoted && lines[head.end]!.mark === undefined) {
      // Right above a quote with marks a head says whose that is, and answers may follow.
      heads.set(head.end, at)
      at = head.end - 1
      continue
    }
    const copied = said === 'original' || line.mark === 'reply' || head !== null
    // A mail that begins with another's head is that other mail.
    if (copied) return above && !handsOn ? withRule(lines, at) : 'handed on'
    if (above) {
      const after = following(lines, at, 4)
      if (after !== null && !lines[after]!.quoted) {
        const found = introduction(lines, at, false)
        if (found?.sure && lines.slice(0, found.first).some(({ blank, quoted }) => !blank && !quoted)) return found.first
      }
    }
    above ||= !ruled
  }
  return lines.length
}

/** Lines between two of three backquotes are somebody's code. */
function fences(lines: Read[]): boolean[] {
  const inside = lines.map(() => false)
  let open = -1
  for (let at = 0; at < lines.length; at++) {
    if (!/^\s{0,3}```/.test(lines[at]!.text)) continue
    if (open < 0) open = at
    else {
      inside.fill(true, open, at + 1)
      open = -1
    }
  }
  return inside
}

function withRule(lines: Read[], at: number): number {
  let start = at
  while (start > 0 && start > at - 3 && (lines[start - 1]!.blank || isRule(lines[start - 1]!))) start--
  return start
}

/** The next line that is not blank, at most `most` further on. */
function following(lines: Read[], at: number, most: number): number | null {
  for (let next = at + 1; next < lines.length && next <= at + most; next++) if (!lines[next]!.blank) return next
  return null
}

/** The quote at the end, before `end`, with what introduces it. Without an introduction it may be what the writer wants to show. */
function tailQuote(lines: Read[], floor: number, end: number, { introduced, heads }: { introduced: boolean, heads: Heads }): number {
  let start = end
  let quotes = 0
  while (start > floor && (lines[start - 1]!.quoted || lines[start - 1]!.blank || lines[start - 1]!.mark === 'intro')) {
    start--
    if (lines[start]!.quoted) quotes++
  }
  if (quotes === 0) return end
  while (lines[start]!.blank) start++
  const own = ownIntroduction(lines, start)
  if (own === 'handed on') return end
  const above = introductionAbove(lines, start, floor, heads)
  if (above !== null) return above
  // Below answers to quotes, a quote that nobody answers is what was left over; but not what the writer leads up to.
  const answers = !/[:：]$/.test(lines.slice(Math.max(floor, start - 3), start).findLast(({ blank }) => !blank)?.bare ?? '') && lines.slice(floor, start).some(({ quoted }) => quoted)
  return introduced || answers || own === 'introduced' ? start : end
}

/** Whether a quote says itself whose it is: within its first lines, or by the markup of a mail program. */
function ownIntroduction(lines: Read[], start: number): 'introduced' | 'handed on' | null {
  let by: 'introduced' | null = null
  for (let at = start, seen = 0; at < lines.length && seen < 4 && (lines[at]!.quoted || lines[at]!.blank || lines[at]!.mark === 'intro'); at++) {
    if (lines[at]!.blank) continue
    seen++
    if (banner(lines[at]!) === 'forwarded') return 'handed on'
    // A program that marks quotes by `>` copies a head into them where others write an introduction; in a formatted quote it is a forward.
    if (seen === 1 && copiedHead(lines, at, false)) {
      if (lines[at]!.mark === 'cite') return 'handed on'
      by = 'introduced'
    }
    if (lines[at]!.mark === 'cite' || lines[at]!.mark === 'intro') by = 'introduced'
    else if (by === null && introduction(lines, at, true)?.first === start) by = 'introduced'
  }
  return by
}

function introductionAbove(lines: Read[], quote: number, floor: number, heads: Heads): number | null {
  const head = heads.get(quote)
  if (head !== undefined) return head >= floor ? head : null
  let last = quote - 1
  while (last >= floor && last > quote - 4 && lines[last]!.blank) last--
  if (last < floor || lines[last]!.quoted) return null
  const found = introduction(lines, last, true)
  return found && found.first >= floor ? found.first : null
}

/** An introduced quote at the top with nothing but a greeting above it, and all of the answer below it. */
function headQuote(lines: Read[], end: number, heads: Heads): { first: number, end: number } | null {
  let start = 0
  while (start < end && lines[start]!.blank) start++
  let quote = start
  for (let seen = 0; quote < end && !lines[quote]!.quoted; quote++) if (!lines[quote]!.blank && ++seen > 6) return null
  if (quote === end) return null
  const first = introductionAbove(lines, quote, start, heads) ?? (ownIntroduction(lines, quote) === 'introduced' ? quote : null)
  if (first === null || ownIntroduction(lines, quote) === 'handed on') return null
  const greeting = lines.slice(start, first).filter(({ blank }) => !blank)
  if (greeting.length > 1 || !/^[^.?;:]{0,40}$/.test(greeting[0]?.bare ?? '')) return null

  let after = quote
  while (after < end && (lines[after]!.quoted || lines[after]!.blank)) after++
  // What follows has to be one answer: with a further quote below that is answered, too, both are context.
  let last = end
  while (last > after && (lines[last - 1]!.quoted || lines[last - 1]!.blank)) last--
  for (let at = after; at < last; at++) if (lines[at]!.quoted) return null
  return after < last ? { first, end: after } : null
}

/** Some programs put the initials or the name of whom they quote before the mark: `AE> Go?`. Only below an introduction, since prompts look the same. */
function markInitials(lines: Read[]): void {
  const known = new Map<string, boolean>()
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at]!
    const mark = line.quoted ? -1 : line.text.indexOf('>')
    if (mark < 1 || mark > 14) continue
    const initials = /^ {0,2}(\p{L}{1,12})>(?=[ \t>]|$)/u.exec(line.text.slice(0, 16))?.[1]
    if (initials === undefined) continue
    if (!known.has(initials) && known.size < 20) {
      let above = at - 1
      while (above > 0 && above > at - 3 && lines[above]!.blank) above--
      known.set(initials, introduction(lines, above, false)?.sure ?? false)
    }
    line.quoted = known.get(initials) ?? false
  }
}

const elision = /^(?:[<[({]\s?)?(?:snip(?:ped|s)?|\.{3,}|…|cut|trimmed|deleted|schnipp|gekürzt|coupé|recortado|omissis|обрезано|略|中略)(?:\s?[>\])}])?$/iu

/** `[...]` above or below a quote is a piece of it that was left out. */
function markElisions(lines: Read[]): void {
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    if (line.quoted || line.blank || line.text.length > 24 || !elision.test(line.bare)) continue
    const next = following(lines, at, 3)
    let above = at - 1
    while (above > 0 && above > at - 3 && lines[above]!.blank) above--
    line.quoted = next !== null && lines[next]!.quoted && lines[next]!.mark === undefined || lines[above]?.quoted === true && lines[above]!.mark === undefined
  }
}

/** Lines that a program broke off a quote's lines without a mark belong to it; where it did so in the midst of a sentence, it did elsewhere. */
function joinWrapped(lines: Read[]): void {
  const inside = lines.map((line, at) => !line.blank && !line.quoted && (lines[at - 1]?.quoted ?? false) && (lines[at + 1]?.quoted ?? false) && lines[at - 1]!.text.length >= 60 && /^\p{Ll}/u.test(line.bare))
  if (!inside.some((is, at) => is && /[\p{L}\p{N},]$/u.test(lines[at - 1]!.bare))) return
  for (let at = 0; at < lines.length; at++) if (inside[at]) lines[at]!.quoted = true
}
