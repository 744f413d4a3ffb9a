import { framePolicy } from './walls.ts'

/** A whole document around a mail that was purified and marked. `style`: the path of its sheet, or null. */
export function mailDocument(mail: DocumentFragment, origin: string, style: string | null): string {
  const around = mail.ownerDocument.createElement('div')
  around.className = 'k-mail'
  around.dir = 'auto'
  around.append(mail)
  const sheet = style === null ? '' : `<link rel="stylesheet" href="${attribute(origin + style)}">`
  return '<!doctype html><html><head><meta charset="utf-8">' +
    `<meta http-equiv="Content-Security-Policy" content="${attribute(framePolicy(origin))}">` +
    '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light">' +
    `${sheet}</head><body>${around.outerHTML}</body></html>`
}

/** What a frame needs to be high, guessed: nothing inside of it may run to say so. Between a few lines and most of a screen. */
export function guessedHeight(mail: ParentNode): number {
  const letters = mail.textContent?.length ?? 0
  const blocks = mail.querySelectorAll('p, br, tr, li, h1, h2, h3, hr').length
  let pictures = 0
  for (const picture of mail.querySelectorAll('img')) pictures += Math.min(600, Number.parseInt(picture.getAttribute('height') ?? '') || 60)
  return Math.round(Math.min(720, Math.max(120, 60 + letters * 0.3 + blocks * 24 + pictures)))
}

const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
