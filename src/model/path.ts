/**
 * Through whom somebody is known. `cc`: the friend put them among the recipients; `group`: they write in the same room; `shared`: they are
 * a friend of the friend, who is on this server and shares the list. `about`: the room's name. `at` (ms): since when.
 */
export type Path = { addressId: number, viaId: number, contactId: number, name: string, kind: 'cc' | 'group' | 'shared', about: string, at: number }

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

/** A day as people write it, in UTC: `3 May 2026`. */
export function dayOf(at: number): string {
  const date = new Date(at)
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`
}

/** The way in words: "Alice put them in Cc on 3 May 2026". */
export function pathWords({ kind, name, about, at }: Pick<Path, 'kind' | 'name' | 'about' | 'at'>): string {
  switch (kind) {
    case 'cc': return `${name} put them in Cc on ${dayOf(at)}`
    case 'group': return `member of the group "${about}" with ${name}`
    case 'shared': return `friend of ${name} on this server, who shares the list`
  }
}
