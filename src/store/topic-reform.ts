import type { ChangeList } from '../model/event.ts'
import { claimsIn, forgetRefs, graphOf, linksOf, moveToTopic } from './topic-graph.ts'
import type { GraphMessage } from './topic-graph.ts'
import { insertTopic } from './topics.ts'
import type { Writer } from './tx.ts'

/** What a topic is called after a mail of this subject. */
export type TitleOf = (subject: string) => string

/**
 * Parts a topic into what still hangs together, by what its messages say of themselves and the user has decided. The part of its
 * oldest message stays, the others become topics of their own; `apart`: the part with this key is never the one that stays.
 * `coming`: a message that is about to be written; the topic of that one is returned, else that of `apart`, else the topic.
 */
export function reform(tx: Writer, changes: ChangeList, userId: number, topicId: number, { titleOf, coming, apart }: { titleOf: TitleOf, coming?: GraphMessage, apart?: string }): number {
  const { messages: stored, doubles } = graphOf(tx, topicId)
  const messages = coming ? [...stored, coming] : stored
  const sets = new Sets()
  for (const { key, references, cut } of messages) {
    sets.add(key)
    const parent = references.at(-1)
    if (parent !== undefined && !cut) sets.join(parent, key)
  }
  // Said by messages of any topic.
  for (const { child, parent } of claimsIn(tx, topicId)) sets.join(parent, child)
  for (const { one, other } of linksOf(tx, userId)) if (sets.has(one) && sets.has(other)) sets.join(one, other)

  const parts = new Map<string, GraphMessage[]>()
  for (const message of messages) {
    const root = sets.rootOf(message.key)
    parts.set(root, [...parts.get(root) ?? [], message])
  }
  // An id that nothing holds any more is as unknown as before.
  forgetRefs(tx, userId, topicId, (key) => !sets.has(key))
  // What only others speak of hangs together, too, and waits for its messages.
  for (const root of sets.roots()) if (!parts.has(root)) parts.set(root, [])
  const wanted = coming?.key ?? apart
  const stays = [...parts.keys()].find((root) => apart === undefined || root !== sets.rootOf(apart)) ?? [...parts.keys()][0]
  let result = topicId
  for (const [root, some] of parts) {
    if (root === stays) continue
    const keys = sets.membersOf(root)
    const inside = new Set(keys)
    const to = insertTopic(tx, changes, userId, titleOf(some[0]?.subject ?? ''))
    const ids = [...some.filter((one) => one !== coming), ...doubles.filter(({ key }) => inside.has(key))].map(({ id }) => id)
    moveToTopic(tx, changes, userId, { from: topicId, to, messages: ids, keys })
    if (wanted !== undefined && inside.has(wanted)) result = to
  }
  return result
}

/** Sets of keys that are joined two by two. */
class Sets {
  readonly #up = new Map<string, string>()

  add(key: string): void {
    if (!this.#up.has(key)) this.#up.set(key, key)
  }

  has(key: string): boolean {
    return this.#up.has(key)
  }

  rootOf(key: string): string {
    let root = key
    while (this.#up.get(root) !== root) root = this.#up.get(root)!
    for (let at = key; at !== root;) {
      const next = this.#up.get(at)!
      this.#up.set(at, root)
      at = next
    }
    return root
  }

  join(one: string, other: string): void {
    this.add(one)
    this.add(other)
    this.#up.set(this.rootOf(one), this.rootOf(other))
  }

  roots(): string[] {
    return [...this.#up.keys()].filter((key) => this.#up.get(key) === key)
  }

  membersOf(root: string): string[] {
    return [...this.#up.keys()].filter((key) => this.rootOf(key) === root)
  }
}
