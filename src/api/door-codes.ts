import { createHash, randomInt } from 'node:crypto'

/** What a code opens: the making of the first user, or one session of a user. */
export type Opens = { firstUser: true } | { userId: number }

/** One-time codes that the terminal shows and the page takes. They live in memory: a restart ends them. */
export type DoorCodes = {
  /** A new code of 60 random bits, written in groups; the first user's is the same until it is used. */
  issue(opens: Opens): string
  /** What the code opens, and it stays good; null for a wrong or expired one. However it is written. */
  look(code: string): Opens | null
  /** Ends a code. */
  spend(code: string): void
}

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const sessionMs = 60 * 60_000

/** Codes for users are good for an hour, the first user's until it is used. */
export function openDoorCodes({ clock }: { clock: { now(): number } }): DoorCodes {
  const open = new Map<string, { opens: Opens, until: number }>()
  let first: string | null = null
  return {
    issue(opens) {
      if ('firstUser' in opens && first !== null && open.has(hash(first))) return first
      const code = [4, 4, 4].map((count) => Array.from({ length: count }, () => letters[randomInt(letters.length)]).join('')).join('-')
      open.set(hash(code), { opens, until: 'firstUser' in opens ? Infinity : clock.now() + sessionMs })
      if ('firstUser' in opens) first = code
      return code
    },
    look(code) {
      const found = open.get(hash(code))
      return found && found.until > clock.now() ? found.opens : null
    },
    spend: (code) => void open.delete(hash(code))
  }
}

/** Looked up by digest, so that the time of a lookup says nothing. Groups, case, and letters that look like digits do not matter. */
function hash(code: string): string {
  return createHash('sha256').update(code.toUpperCase().replace(/[^0-9A-Z]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')).digest('base64')
}
