import { remoteId } from '#connector'
import type { RemoteId } from '#connector'

/** Where a mail lies: a folder, the folder's UIDVALIDITY and the UID (RFC 9051 section 2.3.1.1). */
export type Place = { folder: string, validity: string, uid: number }

/** The place as one opaque string. */
export function placeId(folder: string, validity: string, uid: number): RemoteId {
  return remoteId(`${encodeURIComponent(folder)}/${validity}/${uid}`)
}

/** The place behind a remote id, or null when it is none of ours. */
export function parsePlace(id: RemoteId): Place | null {
  const match = /^([^/]+)\/([0-9]+)\/([0-9]{1,10})$/.exec(id)
  if (!match) return null
  try {
    return { folder: decodeURIComponent(match[1]!), validity: match[2]!, uid: Number(match[3]) }
  } catch {
    return null
  }
}
