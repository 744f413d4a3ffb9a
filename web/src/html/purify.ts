import DOMPurify from 'dompurify'

/** No `src`, `srcset`, `style`, `background` or `class` of the kind that asks for files: what a picture shows is set afterwards, by mark.ts. */
const attributes = [
  'align', 'alt', 'bgcolor', 'border', 'cellpadding', 'cellspacing', 'class', 'color', 'colspan', 'data-cid', 'data-host', 'data-remote', 'data-says', 'data-src', 'datetime', 'dir', 'face', 'frame', 'height', 'href',
  'hspace', 'lang', 'noshade', 'nowrap', 'open', 'rel', 'reversed', 'role', 'rowspan', 'rules', 'scope', 'size', 'span', 'start', 'title', 'type', 'valign', 'value', 'vspace', 'width'
]
const tags = [
  'a', 'abbr', 'acronym', 'address', 'article', 'aside', 'b', 'bdi', 'big', 'blockquote', 'br', 'caption', 'center', 'cite', 'code', 'col', 'colgroup', 'dd', 'del', 'details', 'dfn', 'div', 'dl', 'dt',
  'em', 'figcaption', 'figure', 'font', 'footer', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'i', 'img', 'ins', 'kbd', 'li', 'main', 'nav', 'ol', 'p', 'pre', 'q', 'rp', 'rt', 'ruby', 's',
  'samp', 'section', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'time', 'tr', 'tt', 'u', 'ul', 'var', 'wbr'
]

/** A web or mail address, or no address at all: every attribute is held against it. */
const value = /^(?:(?:https?|mailto|tel):|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i

/**
 * Wall 2 of 4: the last word on a mail's HTML is said by the very parser that will show it. The result lies in a document that
 * loads nothing and runs nothing.
 */
export function purify(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: tags, ALLOWED_ATTR: attributes, ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false, ALLOWED_URI_REGEXP: value, ADD_URI_SAFE_ATTR: ['data-host', 'data-remote', 'data-says', 'data-src'],
    KEEP_CONTENT: true, SANITIZE_DOM: true, RETURN_DOM_FRAGMENT: true
  })
}
