import type { Kind } from '../accounts/kinds.ts'
import { t } from '../i18n.ts'

type Network = Pick<Kind, 'title' | 'reaches'>

const always = ['email', 'phone']

/** The kinds of address that a person can have: of all that can be connected. A place within a network (`chat-room` beside `chat`) is nobody's address. */
export function kindsOfAddress(networks: readonly Network[] = []): string[] {
  const reached = networks.flatMap(({ reaches }) => reaches.filter((kind) => !reaches.some((other) => kind.startsWith(other + '-'))))
  return [...new Set([...always, ...reached])]
}

/** What a kind of address is called: mail, phone, chat, or as the network that it belongs to. */
export function kindWords(kind: string, networks: readonly Network[] = []): string {
  if ([...always, 'chat'].includes(kind)) return t(`person.kind.${kind}`)
  return networks.find(({ reaches }) => reaches.includes(kind))?.title ?? kind
}
