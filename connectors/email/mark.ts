import { ConnectorError } from '#connector'
import type { MarkOperation, Receipt } from '#connector'
import { isRefusal } from './line.ts'
import type { Line } from './line.ts'
import { parsePlace } from './place.ts'
import { packSet } from './sequence.ts'

/**
 * Sets \Seen and \Flagged at the places named. Places whose folder began anew (UIDVALIDITY) are left out: the UID may
 * mean another mail by now. Repeating it is harmless. Throws ConnectorError.
 */
export async function mark(line: Line, op: MarkOperation): Promise<Receipt> {
  const folders = new Map<string, { validity: string, uids: number[] }>()
  for (const id of op.remoteIds) {
    const place = parsePlace(id)
    if (!place) continue
    const key = `${place.validity} ${place.folder}`
    const entry = folders.get(key) ?? { validity: place.validity, uids: [] }
    entry.uids.push(place.uid)
    folders.set(key, entry)
  }
  let refused: ConnectorError | null = null
  for (const [key, { validity, uids }] of folders) {
    const range = packSet([...new Set(uids)].sort((a, b) => a - b))
    const folder = key.slice(validity.length + 1)
    await line.inFolder(folder, async (client, box) => {
      if (String(box.uidValidity) !== validity) return
      for (const [flag, wanted] of [['\\Seen', op.seen], ['\\Flagged', op.flagged]] as const) {
        if (wanted === undefined) continue
        const options = { uid: true, silent: true }
        const done = wanted ? await client.messageFlagsAdd(range, [flag], options) : await client.messageFlagsRemove(range, [flag], options)
        if (!done) throw notMarked(box.path)
      }
    }, true).catch((error: unknown) => {
      // What lies in the others is to be marked all the same: a refusal is never asked again.
      if (isRefusal(error)) refused ??= notMarked(folder)
      else if (error instanceof ConnectorError && error.retry === 'never') refused ??= error
      else throw error
    })
  }
  if (refused) throw refused
  return { status: 'sent' }
}

function notMarked(folder: string): ConnectorError {
  return new ConnectorError('not-marked', `The mail server does not let Kinbox mark mail in the folder "${folder}". The mark holds here only.`, { retry: 'never' })
}
