/** What of a mail's text the writer wrote anew. Careful: what is not plainly a quote or a signature at the end stays in sight. */

const quoteLine = /^ {0,3}>/
const signatureMark = /^-- ?$/
/** `On Mon, 2 Mar 2026, Alice wrote:` in any language: it ends with a colon and names a time, a year or an address. */
const introduces = /(?:\d{1,2}[:.]\d{2}|\d{4}|@).*:$|\b(?:wrote|writes|schrieb|écrit|escribió|scrisse|schreef):$/
/** What was handed on is the message itself, not a quote. */
const handsOn = /forward|weitergeleitet|transf[eé]r|reenvi|inoltr|doorgestuurd/i
/** A longer end than this is not taken for a signature. */
const SIGNATURE_LINES = 12

/**
 * Splits the text of a mail into what is shown and what is folded: a signature behind `-- ` (RFC 3676 section 4.3) and the
 * quote at the end with the line that introduces it. Nothing is lost; a text that is quote alone is shown. Linear time.
 */
export function fold(text: string): { text: string, quoted?: string } {
  const lines = text.split('\n')
  let end = signatureStart(lines, lines.length)
  end = quoteStart(lines, end)
  end = signatureStart(lines, end)
  const shown = lines.slice(0, end).join('\n').trimEnd()
  if (end === lines.length || shown.trim() === '') return { text: text.trimEnd() }
  return { text: shown, quoted: lines.slice(end).join('\n').replace(/^\n+/, '').trimEnd() }
}

function signatureStart(lines: string[], end: number): number {
  for (let at = end - 1; at >= 0 && at >= end - SIGNATURE_LINES - 1; at--) {
    if (quoteLine.test(lines[at]!)) return end
    if (signatureMark.test(lines[at]!)) return at
  }
  return end
}

function quoteStart(lines: string[], end: number): number {
  let start = end
  let quotes = 0
  while (start > 0 && (quoteLine.test(lines[start - 1]!) || lines[start - 1]!.trim() === '')) {
    start--
    if (quoteLine.test(lines[start]!)) quotes++
  }
  if (quotes === 0) return end
  while (lines[start]!.trim() === '') start++
  return introduction(lines, start) ?? end
}

/** The one to three lines above a quote that say whose it is; without them it may be what the writer wants to show. */
function introduction(lines: string[], quote: number): number | null {
  let last = quote - 1
  while (last >= 0 && last > quote - 3 && lines[last]!.trim() === '') last--
  for (let first = last; first >= 0 && first > last - 3; first--) {
    if (lines[first]!.trim() === '' || quoteLine.test(lines[first]!)) return null
    const words = lines.slice(first, last + 1).map((line) => line.slice(0, 300).trim()).join(' ')
    if (handsOn.test(words)) return null
    if (introduces.test(words)) return first
  }
  return null
}
