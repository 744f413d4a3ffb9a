/** Backup, verify and collecting take turns: what the one copies, the other must not remove. `who`: whose turn it is now. */
export type Turn = { who: string | null }
