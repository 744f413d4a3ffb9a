import type { Conversation } from '#client'

/** A name of spaces and invisible signs is none. */
const shows = /[\p{L}\p{N}\p{P}\p{S}]/u

/** What to call somebody: the name, else the address. */
export function nameOf({ name, address }: { name?: string, address: string }): string {
  return name && shows.test(name) ? name.trim() : address
}

/** What to call a conversation: its title, else whoever wrote last in it; '' where neither can be shown. */
export function titleOf({ title, lastMessage }: Pick<Conversation, 'title' | 'lastMessage'>): string {
  return shows.test(title) ? title.trim() : lastMessage?.direction === 'in' ? nameOf(lastMessage.sender) : ''
}

const letters = /[\p{L}\p{N}]/u

/** One or two letters for a picture of somebody: of the first and the last word of a name; of an address its first letter. */
export function initialsOf(name: string): string {
  const words = name.replace(/@.*$/s, '').split(/[\s,._-]+/).map((word) => [...word].find((sign) => letters.test(sign)) ?? '').filter(Boolean)
  const first = words[0] ?? '?'
  const last = words.length > 1 && /\s/.test(name.trim()) ? words.at(-1)! : ''
  return (first + last).toLocaleUpperCase()
}

/** One of eight colours, always the same for a text. */
export function hueOf(text: string): number {
  let sum = 0
  for (const sign of text) sum = (sum * 31 + sign.codePointAt(0)!) % 9973
  return sum % 8
}
