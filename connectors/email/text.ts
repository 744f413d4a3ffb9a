import { convert } from 'html-to-text'

/** The longest HTML that is turned into text, in UTF-16 units. */
const LIMIT = 512 * 1024
/** Deeper than this no mail program nests; the time for it would grow with the square. */
const DEPTH = 2000

/**
 * The words of an HTML mail as plain text: paragraphs, lists and links as people write them, quotes with `> `, no images.
 * Bounded in length, depth and width; never throws (RFC 2046 section 5.1.4 mails that carry HTML alone).
 */
export function textOfHtml(html: string): string {
  if (unclosed(html.slice(0, LIMIT)) > DEPTH) return '[The formatting of this mail is too deep to be shown as text.]'
  try {
    const words = convert(html.slice(0, LIMIT), {
      wordwrap: false,
      limits: { maxInputLength: LIMIT, maxDepth: 200, maxChildNodes: 10_000, ellipsis: '…' },
      selectors: [
        { selector: 'img', format: 'skip' },
        { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, linkBrackets: ['(', ')'], noAnchorUrl: true } },
        ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table'].map((selector) => ({ selector, options: { uppercase: false } })),
        { selector: 'ul', options: { itemPrefix: '- ' } }
      ]
    }).split('\n').map((line) => line.trimEnd()).join('\n').replace(/\n{3,}/g, '\n\n').trim()
    return html.length > LIMIT ? words + '\n\n[The rest is in the formatted mail.]' : words
  } catch {
    return ''
  }
}

function unclosed(html: string): number {
  let open = 0
  for (const [, end] of html.matchAll(/<(\/)?(?:div|span|table|tr|td|font|blockquote|ul|ol|section|center|article|em|strong|[abiu])(?=[\s>/])/gi)) open += end ? -1 : 1
  return open
}
