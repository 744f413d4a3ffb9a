import type { Mark } from './quotes/line.ts'

/** Classes, ids and names by which mail programs mark what they put into a mail themselves; compared in lower case. */
const quotes = /(?:^|\s)(?:ydp\w*)?(?:yahoo_quoted|protonmail_quote|tutanota_quote|tutanota-quote|mail_quote|skiff_quote|hey_quote|zmail_extra|mailspring-quote|nylas-quote|mobile-quote|gw_quote|moz-forward-container-quote|reply-quote|quoted-content|quote-content)(?:\s|$)/
const citing = /(?:^|\s)(?:gmail_quote|protonmail_quote|tutanota_quote|clean_bq|moz-cite|cite|zmail_extra_quote|quote)(?:\s|$)/
const intros = /(?:^|\s)(?:gmail_attr|moz-cite-prefix|moz-email-headers-table-quote|zmail_extra_hr|yahoo_quoted_header|reply-intro|mcntmcpnt_attribution|aol_reply_header|hm_reply_header)(?:\s|$)/
const signatures = /(?:^|\s)(?:gmail_signature|gmail_signature_prefix|moz-signature|protonmail_signature_block|protonmail_signature_block-user|protonmail_signature_block-proton|applemailsignature|signature|ms-outlook-mobile-signature|outlookmobilesignature|tutanota_signature|yahoo_signature|mail_signature|mailspring-signature|nylas-signature|x_gmail_signature|x_signature)(?:\s|$)/
/** From such an element on all is the earlier mail. */
const replies = /^(?:x_)*(?:divrplyfwdmsg|olk_src_body_section|appendonsend|mail-editor-reference-message-container|stopspelling|ms-outlook-mobile-body-separator-line|replymessage|isreplycontent|reply-header|yui_reply|hotmail_reply|mailruquote|ymail_android_reply)$/

/**
 * What an element's markup says: `reply` = everything from here on is an earlier mail; the others as in Mark, for what is inside.
 * `quote` = a quote with its introduction. Undefined for what a writer may have written.
 */
export function handledBy(name: string, attributes: Record<string, string>): Mark | 'quote' | undefined {
  const { class: classes, id, type, style } = attributes
  if (name === 'blockquote') return type?.toLowerCase() === 'cite' || attributes['cite'] !== undefined || id === 'isReplyContent' || classes !== undefined && citing.test(classes.toLowerCase().replace(/[\\"]/g, ' ')) ? 'cite' : undefined
  if (classes === undefined && id === undefined && style === undefined && attributes['name'] === undefined && attributes['data-smartmail'] === undefined) return undefined
  const names = `${classes ?? ''} ${attributes['data-smartmail'] ?? ''}`.toLowerCase()
  if (signatures.test(names) || id !== undefined && signatures.test(id.toLowerCase().replace(/^x_/, ''))) return 'signature'
  if (id !== undefined && replies.test(id.toLowerCase()) || replies.test(names.trim())) return 'reply'
  if (quotes.test(names) || id !== undefined && quotes.test(id.toLowerCase()) || name === 'div' && attributes['name']?.toLowerCase() === 'quote') return 'quote'
  if (intros.test(names)) return 'intro'
  return undefined
}
