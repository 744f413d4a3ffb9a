/** What the live lane knows of a folder. Everything below `next` has been handed over or belongs to the history lane. */
export type LiveFolder = {
  validity: string
  /** The lowest UID not handed over yet. */
  next: number
  /** The live lane began here; the history lane takes what is below. */
  start: number
  /** When this was written (ms): after a UIDVALIDITY change, newer mail is live and the rest history. */
  at: number
  /** How many mails the folder held at the last comparison. */
  count?: number
  /** Highest mod-sequence whose flags were handed over (RFC 7162); absent where the server has none. */
  modseq?: string
  /** UIDs that existed, as a sequence set; absent where the server tells of expunges itself (QRESYNC). */
  uids?: string
  /** UIDs without \Seen, and with \Flagged; absent where mod-sequences tell. */
  unseen?: string
  flagged?: string
}
export type LiveCursor = { folders: Record<string, LiveFolder> }

/** How far the backfill of a folder came: everything from `low` up to the live start is done. */
export type HistoryFolder = { validity: string, low: number, done: number, complete: boolean }
export type HistoryCursor = { folders: Record<string, HistoryFolder> }

/** The live cursor that was stored, or an empty one. A text that is none of ours counts as none: the core knows the places already. */
export function readLive(text: string | null): LiveCursor {
  return { folders: readFolders<LiveFolder>(text, (folder) => typeof folder.next === 'number' && typeof folder.start === 'number') }
}

/** The history cursor that was stored, or an empty one. */
export function readHistory(text: string | null): HistoryCursor {
  return { folders: readFolders<HistoryFolder>(text, (folder) => typeof folder.low === 'number' && typeof folder.done === 'number') }
}

/** Either cursor as the opaque string that the core stores. */
export function writeCursor(cursor: LiveCursor | HistoryCursor): string {
  return JSON.stringify({ v: 1, folders: cursor.folders })
}

function readFolders<F extends { validity: string }>(text: string | null, complete: (folder: F) => boolean): Record<string, F> {
  const folders: Record<string, F> = Object.create(null)
  if (text === null) return folders
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return folders
  }
  const stored = (value as { v?: unknown, folders?: Record<string, F> } | null)
  if (stored?.v !== 1 || typeof stored.folders !== 'object' || stored.folders === null) return folders
  for (const [path, folder] of Object.entries(stored.folders)) {
    if (typeof folder?.validity === 'string' && complete(folder)) folders[path] = folder
  }
  return folders
}
