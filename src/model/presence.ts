/** Whether somebody is there to be reached at once. What nobody has told is absent, not 'offline'. */
export type Presence = 'online' | 'away' | 'offline'

/** The better one of two; what is not known is the least. */
export function bestPresence(a: Presence | null, b: Presence | null): Presence | null {
  return rank(a) >= rank(b) ? a : b
}

const rank = (presence: Presence | null): number => presence === null ? 0 : { offline: 1, away: 2, online: 3 }[presence]
