import type { Contact as Row } from '../../model/contact.ts'
import { publicId } from '../../model/ids.ts'
import { addressesOf } from '../../store/contacts.ts'
import { pathsTo } from '../../store/paths.ts'
import { pathWords } from '../../model/path.ts'
import { mergesOf } from '../../store/merges.ts'
import { photoOf } from '../../store/photos.ts'
import type { Reader } from '../../store/tx.ts'
import type { Contact } from '../objects.ts'
import { viaOf } from '../target.ts'
import { rfc3339 } from '../time.ts'
import { ownedBy } from './party.ts'

/** A contact as clients see it. */
export function contactOf(tx: Reader, row: Row): Contact {
  const addresses = addressesOf(tx, row.id)
  const merges = mergesOf(tx, row.id)
  const photo = photoOf(tx, row.id)
  const path = row.friend || row.redirectTo !== null ? [] : pathsTo(tx, row.id)
  return {
    id: publicId('contact', row.id), name: row.name || addresses[0]?.address || '', addresses: addresses.map(ownedBy), friend: row.friend ? 'friend' : path.length ? 'friend-of-friend' : 'none', ...(path.length ? { path: path.map(pathWords) } : {}), blocked: row.blocked, notes: row.notes, via: row.via === null ? null : viaOf(row.via), ...(row.verifiedOnly ? { verifiedOnly: true } : {}), ...(row.pictures ? { pictures: true } : {}),
    ...(photo ? { photo: `f${photo.contactId}` } : {}),
    ...(merges.length ? { merges: merges.map(({ id, at }) => ({ mergeId: publicId('merge', id), at: rfc3339(at) })) } : {}),
    ...(row.redirectTo === null ? {} : { redirectTo: publicId('contact', row.redirectTo) }), rev: row.rev
  }
}
