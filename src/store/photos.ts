import type { Reader, Writer } from './tx.ts'

export type Photo = { contactId: number, type: string, version: number, bytes: Uint8Array }

const whose = 'SELECT p.contact_id AS contactId, p.version FROM photo p JOIN contact c ON c.id = p.contact_id'

/** Whose picture a contact is shown by: their own, else that of somebody who was joined into them. */
export function photoOf(tx: Reader, contactId: number): { contactId: number, version: number } | undefined {
  return tx.get(`${whose} WHERE c.id = ?`, contactId)
    ?? tx.get(`${whose} WHERE c.user_id = (SELECT user_id FROM contact WHERE id = ?1) AND c.redirect_to = ?1 ORDER BY c.id LIMIT 1`, contactId)
}

/** undefined when the user has no such picture. */
export function getPhoto(tx: Reader, userId: number, contactId: number): Photo | undefined {
  return tx.get('SELECT p.contact_id AS contactId, p.type, p.version, p.bytes FROM photo p JOIN contact c ON c.id = p.contact_id WHERE p.contact_id = ? AND c.user_id = ?', contactId, userId)
}

/** Keeps a picture of a contact. False: it is the same. */
export function setPhoto(tx: Writer, contactId: number, { type, bytes }: { type: string, bytes: Uint8Array }): boolean {
  return tx.run('INSERT INTO photo (contact_id, type, version, bytes) VALUES (?1, ?2, 1, ?3) ON CONFLICT DO UPDATE SET type = ?2, version = version + 1, bytes = ?3 WHERE bytes <> ?3', contactId, type, bytes) === 1
}

export function removePhoto(tx: Writer, contactId: number): boolean {
  return tx.run('DELETE FROM photo WHERE contact_id = ?', contactId) === 1
}
