/**
 * Ids inside the server are integers; outside they are opaque strings: a letter for the noun and the number.
 * Remote ids (what a network calls something) are branded strings that only the connector that made them reads.
 */
export type RemoteId = string & { readonly __brand: 'RemoteId' }

const prefixes = {
  user: 'u', account: 'a', contact: 'p', conversation: 'c', topic: 't', message: 'm',
  attempt: 'x', identity: 'i', session: 's', merge: 'g', blob: 'b', outbox: 'o', rule: 'k', screening: 'e'
} as const

export type Noun = keyof typeof prefixes

/** The id that clients see, e.g. `m42`. */
export function publicId(noun: Noun, id: number): string {
  return prefixes[noun] + id
}

/** The number behind a public id, or null when the text is not an id of that noun. */
export function parseId(noun: Noun, text: string): number | null {
  const digits = text.startsWith(prefixes[noun]) ? text.slice(prefixes[noun].length) : ''
  return /^[1-9][0-9]{0,14}$/.test(digits) ? Number(digits) : null
}

/** Brands a string as a remote id. Only connectors call it. */
export function remoteId(text: string): RemoteId {
  return text as RemoteId
}
