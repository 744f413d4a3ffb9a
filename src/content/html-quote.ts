/** How mail programs mark what is quoted: with `around`, the element holds the quote; with `after`, all that follows it in its parent does. */
export type Quote = 'around' | 'after' | null

const around = /(?:^|\s)[a-z]{2,20}_(?:quoted?(?:_container)?|extra)(?:\s|$)/i
const aroundId = /^(?:yahoo_quoted_|isReplyContent|qt$|olk_src_body_section|mail-editor-reference-message-container|replybody)/i
const afterId = /^(?:x_)*(?:divRplyFwdMsg|appendonsend|stopSpelling)$/i

/** Whether a quote begins with this element. */
export function quoteAt(name: string, attributes: Map<string, string>): Quote {
  if (name === 'blockquote' && attributes.get('type')?.toLowerCase() === 'cite') return 'around'
  const id = attributes.get('id') ?? ''
  if (id !== '' && afterId.test(id)) return 'after'
  if (name !== 'div' && name !== 'blockquote') return null
  return around.test(attributes.get('class') ?? '') || aroundId.test(id) ? 'around' : null
}

/**
 * Which quotes are folded: none where something is written after one (it is answered piece by piece, and needs what it answers),
 * and none that nothing is written above (it is handed on, and is what was meant to be read). `pieces`: what is outside of quotes, and where quotes lie between.
 */
export function foldsQuotes(pieces: readonly ('text' | 'quote')[]): boolean {
  return pieces[0] === 'text' && pieces.at(-1) === 'quote'
}
