import { convert } from 'html-to-text'

/** The longest HTML that is turned into text, in UTF-16 units. */
const LIMIT = 1024 * 1024

/**
 * The words of an HTML mail as plain text: paragraphs, lists and links as people write them, quotes with `> `, no images.
 * Bounded in length, depth and width; never throws (RFC 2046 section 5.1.4 mails that carry HTML alone).
 */
export function textOfHtml(html: string): string {
  try {
    return convert(html.slice(0, LIMIT), {
      wordwrap: false,
      limits: { maxInputLength: LIMIT, maxDepth: 200, maxChildNodes: 10_000, ellipsis: '…' },
      selectors: [
        { selector: 'img', format: 'skip' },
        { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, linkBrackets: ['(', ')'], noAnchorUrl: true } },
        ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table'].map((selector) => ({ selector, options: { uppercase: false } })),
        { selector: 'ul', options: { itemPrefix: '- ' } }
      ]
    }).split('\n').map((line) => line.trimEnd()).join('\n').replace(/\n{3,}/g, '\n\n').trim()
  } catch {
    return ''
  }
}
