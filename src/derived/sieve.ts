import type { MessageDocument } from '../store/search-documents.ts'
import { fields } from '../store/search-index.ts'
import type { Field } from '../store/search-index.ts'
import { textOf } from './document.ts'
import { find } from './needles.ts'
import type { Needle } from './words.ts'

/** The beginning of a word that must stand in a message: in one of these texts of it, or it is from or to one of these addresses (`kind:address`). */
export type Beginning = { needle: Needle, fields: readonly Field[], from: ReadonlySet<string>, to: ReadonlySet<string> }

/** The order in which looking is likely to be over soon. */
export const anywhere: readonly Field[] = ['text', ...fields.filter((field) => field !== 'text')]

/** Whether a message has all of these beginnings: the same that the index would say of it. */
export function holdsAll(document: MessageDocument, beginnings: readonly Beginning[]): boolean {
  return beginnings.every(({ needle, fields, from, to }) => fields.some((field) => find(textOf[field](document), [needle], 1).length > 0)
    || from.has(`${document.sender.kind}:${document.sender.address}`) || (to.size > 0 && document.recipients.some(({ kind, address }) => to.has(`${kind}:${address}`))))
}
