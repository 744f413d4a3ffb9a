import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'

/** What a line of the ledger says: something was begun, was acknowledged by Kinbox (or by the mail server, for it), or reached a peer. */
export type Entry = { what: 'begun' | 'acknowledged' | 'killed', kind: string, token: string, more?: object }

/** The book outside of Kinbox: append-only, each line on disk before the rig goes on. */
export type Ledger = {
  write(entry: Entry): void
  /** Tokens of a kind, in the order in which they were acknowledged. */
  acknowledged(kind: string): ReadonlySet<string>
  begun(kind: string): ReadonlySet<string>
  close(): void
}

export function openLedger(path: string): Ledger {
  const file = openSync(path, 'ax', 0o600)
  const sets = new Map<string, Set<string>>()
  const set = (what: string, kind: string) => {
    const key = `${what} ${kind}`
    return sets.get(key) ?? sets.set(key, new Set()).get(key)!
  }
  return {
    write(entry) {
      writeSync(file, JSON.stringify(entry) + '\n')
      fdatasyncSync(file)
      set(entry.what, entry.kind).add(entry.token)
    },
    acknowledged: (kind) => set('acknowledged', kind),
    begun: (kind) => set('begun', kind),
    close: () => closeSync(file)
  }
}
