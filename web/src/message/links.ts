export type Piece = { text: string, href?: string }

/** Only what shows by itself where it goes: whole web addresses. */
const address = /\bhttps?:\/\/[^\s<>"']+/giu
const tail = /[.,;:!?)\]}»”’*_]+$/u

/** A text in pieces, with the web addresses in it as links. What closes a sentence or a bracket around an address is no part of it. */
export function linksIn(text: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const { 0: found, index } of text.matchAll(address)) {
    let href = found.replace(tail, '')
    // A bracket that was opened within the address belongs to it: …/Foo_(bar)
    if (found[href.length] === ')' && count(href, '(') > count(href, ')')) href += ')'
    if (!URL.canParse(href)) continue
    if (index > from) pieces.push({ text: text.slice(from, index) })
    pieces.push({ text: href, href })
    from = index + href.length
  }
  if (from < text.length) pieces.push({ text: text.slice(from) })
  return pieces
}

const count = (text: string, sign: string): number => text.split(sign).length - 1
