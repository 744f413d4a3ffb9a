import type { MessageDocument } from '../store/search-documents.ts'
import { fields } from '../store/search-index.ts'
import type { Field } from '../store/search-index.ts'
import { textOf } from './document.ts'
import { stands } from './needles.ts'
import type { Needle } from './words.ts'

/** The beginning of a word that must stand in a message: in one of these texts of it, or it is from or to one of these addresses (`kind:address`). */
export type Beginning = { needle: Needle, fields: readonly Field[], from: ReadonlySet<string>, to: ReadonlySet<string> }

/** The order in which looking is likely to be over soon. */
export const anywhere: readonly Field[] = ['text', ...fields.filter((field) => field !== 'text')]

/** So many are looked at before it is judged how many of them pass; and no more than so many in all are likely to be: with more, reading all the words is less work. */
const leastSieved = 24
const mostSieved = 256

/** Looks for beginnings of words in messages one by one, as long as many pass. */
export class Sieve {
  readonly beginnings: readonly Beginning[]
  readonly #held: number[]
  #looked = 0
  #passed = 0

  constructor(beginnings: readonly Beginning[]) {
    this.beginnings = beginnings
    this.#held = beginnings.map(() => 0)
  }

  get empty(): boolean {
    return this.beginnings.length === 0
  }

  /** Letters that must stand in a message, where one thing is looked for that can be told by; else null. */
  get letters(): string | null {
    const [one, more] = this.beginnings
    return one && !more && one.needle.plain && one.from.size + one.to.size === 0 ? one.needle.words[0]! : null
  }

  /** Whether a message has all of them: the same that the index would say of it. undefined: it is known not to have the letters, or gone. */
  holds(document: MessageDocument | undefined): boolean {
    const held = this.beginnings.map((one) => document !== undefined && has(document, one))
    for (const [i, one] of held.entries()) if (one) this.#held[i]!++
    this.#looked++
    if (held.includes(false)) return false
    this.#passed++
    return true
  }

  /** Whether so few pass that `wanted` more would take too long. */
  tooFine(wanted: number): boolean {
    return !this.empty && this.#looked >= leastSieved && wanted * this.#looked > mostSieved * Math.max(1, this.#passed)
  }

  /** Without those that few messages have: for the index they are little work. What most have stays, since it is much. */
  coarser(): Sieve {
    const fewest = Math.min(...this.#held)
    return new Sieve(this.beginnings.filter((_, i) => this.#held[i]! > Math.max(fewest, this.#looked / 2)))
  }
}

function has(document: MessageDocument, { needle, fields, from, to }: Beginning): boolean {
  return fields.some((field) => stands(textOf[field](document), needle))
    || from.has(`${document.sender.kind}:${document.sender.address}`) || (to.size > 0 && document.recipients.some(({ kind, address }) => to.has(`${kind}:${address}`)))
}
