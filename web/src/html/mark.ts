/** What is said inside of a mail, in the reader's language. */
export type MarkWords = { quote: string, goes(says: string, host: string): string }

/** What the mail holds, for the bar above it. `blocked`: pictures of other servers that were not asked for; `fetched`: those that were. `hosts`: where its links go, most first. */
export type Marked = { blocked: number, fetched: number, hosts: string[] }

/**
 * Finishes a purified mail: gives pictures their place on our own server, where the server gave them one; links a way out that
 * tells nobody where from, and words where they claim another place than they go to; folded quotes their label.
 */
export function mark(mail: DocumentFragment, origin: string, words: MarkWords): Marked {
  const hosts = new Map<string, number>()
  let blocked = 0
  let fetched = 0
  for (const picture of mail.querySelectorAll('img')) {
    const place = picture.getAttribute('data-src')
    picture.removeAttribute('data-src')
    picture.setAttribute('referrerpolicy', 'no-referrer')
    if (place !== null && /^\/v1\/(?:blobs|remote)[/?]/.test(place)) {
      picture.src = origin + place
      if (picture.hasAttribute('data-remote')) fetched++
    } else if (picture.hasAttribute('data-remote')) {
      blocked++
      picture.classList.add('k-blocked')
    }
  }
  for (const link of mail.querySelectorAll('a[href]')) {
    const host = hostOf(link.getAttribute('href')!)
    if (host === null) {
      link.removeAttribute('href')
      continue
    }
    link.setAttribute('target', '_blank')
    link.setAttribute('rel', 'noopener noreferrer nofollow')
    link.setAttribute('title', link.getAttribute('href')!)
    link.setAttribute('data-host', host)
    hosts.set(host, (hosts.get(host) ?? 0) + 1)
    const says = link.getAttribute('data-says')
    if (says !== null) link.append(said(link.ownerDocument, words.goes(says, host)))
  }
  for (const quote of mail.querySelectorAll('details')) {
    const label = quote.ownerDocument.createElement('summary')
    label.textContent = words.quote
    quote.prepend(label)
  }
  return { blocked, fetched, hosts: [...hosts].sort((a, b) => b[1] - a[1]).map(([host]) => host) }
}

/** Inside of the link, so that it is part of what a screen reader calls it. */
function said(document: Document, words: string): HTMLElement {
  const warning = document.createElement('span')
  warning.className = 'k-goes'
  warning.textContent = words
  return warning
}

/** The host as it is asked for (Unicode as `xn--…`, so that no letter looks like another), or the address of a mail; null for what a mail may not lead to. */
function hostOf(href: string): string | null {
  const url = URL.canParse(href) ? new URL(href) : null
  if (!url) return null
  if (url.protocol === 'http:' || url.protocol === 'https:') return url.host
  return url.protocol === 'mailto:' || url.protocol === 'tel:' ? url.pathname : null
}
