const words: [RegExp, string][] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'The disk is full: free some space where the data folder lies. What was not stored is asked for again.'],
  [/^(SQLITE_(READONLY|PERM|AUTH)|EROFS)/, 'The database file cannot be written: make the data folder and the files in it writable for this user.'],
  [/^SQLITE_(IOERR|CANTOPEN|PROTOCOL)/, 'Reading or writing the database file failed: look at the disk and the system log.'],
  [/^SQLITE_(BUSY|LOCKED)/, 'Another program holds the database: close it (only one may write to the data folder).'],
  [/^SQLITE_NOMEM/, 'There is not enough memory: give the server more, or stop something else.'],
  [/^SQLITE_(CORRUPT|NOTADB)/, 'The database file is damaged: stop the server, keep a copy of the data folder, and restore a backup.']
]

/**
 * Whether an error means that the data folder itself cannot be written just now (full disk, I/O error, lock, read-only
 * file, no memory, damage), told in words for the user. Null for every other error: then it is the content's own fault.
 */
export function troubleOf(error: unknown): string | null {
  for (const code of codesOf(error)) {
    const found = words.find(([pattern]) => pattern.test(code))
    if (found) return found[1]
  }
  return null
}

/** Whether somebody else holds the database, so that trying again in a moment may do. */
export function isBusy(error: unknown): boolean {
  return codesOf(error).some((code) => /^SQLITE_BUSY/.test(code))
}

function codesOf(error: unknown): string[] {
  const codes: string[] = []
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause ?? (at as { previous?: unknown }).previous, depth++) {
    const { code } = at as { code?: unknown }
    if (typeof code === 'string') codes.push(code)
  }
  return codes
}
