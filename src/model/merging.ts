/** What a merge carries over, as its rows say it. */
export type Standing = { name: string, named_by: 'nobody' | 'message' | 'user', friend: number, notes: string | null, via: string | null }

/** What contacts become when they are joined into the first of them: the name the user gave, a friend if one was, all notes, the first way that was set. */
export function joined(contacts: readonly Standing[]): Standing {
  const first = contacts[0]!
  const named = contacts.find(({ named_by }) => named_by === 'user') ?? contacts.find(({ name }) => name !== '') ?? first
  const notes = [...new Set(contacts.flatMap((one) => one.notes ? [one.notes] : []))]
  return {
    name: named.name, named_by: named.named_by, friend: Number(contacts.some(({ friend }) => friend === 1)),
    notes: notes.length > 0 ? notes.join('\n\n').slice(0, 20_000) : first.notes, via: contacts.find((one) => one.via != null)?.via ?? null
  }
}

/** What a contact is when what made it so is undone: where it is as it was made, the new; what the user has changed since stays. */
export function replayed(is: Standing, made: Standing, now: Standing): Standing {
  const named = is.name === made.name && is.named_by === made.named_by
  return {
    name: named ? now.name : is.name, named_by: named ? now.named_by : is.named_by,
    friend: is.friend === made.friend ? now.friend : is.friend,
    notes: (is.notes ?? null) === made.notes ? now.notes ?? null : is.notes,
    via: (is.via ?? null) === made.via ? now.via ?? null : is.via
  }
}
