import { buffer } from 'node:stream/consumers'
import type { Receipt } from '#connector'
import { mailStream } from './compose.ts'
import type { FrozenMail } from './compose.ts'
import type { Folders } from './folders.ts'
import { isRefusal } from './line.ts'
import type { Line } from './line.ts'
import { placeId } from './place.ts'

/** Files a copy of what the server took into Sent, read. Resolves to whether there was a folder for it. */
export async function copyToSent(line: Line, folders: Folders, mail: FrozenMail, at: number): Promise<boolean> {
  const { sent } = folders
  if (sent === null) return false
  const bytes = await buffer(mailStream(mail))
  // Sent is open for writing meanwhile: the library drops flags that the open folder does not keep, and one open for reading keeps none.
  // While a large mail goes up nothing comes back: a slow line has a second for each 64 KiB.
  await line.inFolder(sent, (client) => client.append(sent, bytes, ['\\Seen'], new Date(at)), true, bytes.length / 64)
  return true
}

/** Looks for a mail of ours by its Message-ID where the provider files what it sent by itself; null: it is not there. */
export async function findSent(line: Line, folders: Folders, messageId: string): Promise<Receipt | null> {
  for (const path of [folders.sent, folders.all]) {
    if (path === null) continue
    try {
      const place = await line.inFolder(path, async (client, box) => {
        const found = box.exists === 0 ? [] : await client.search({ header: { 'Message-ID': `<${messageId}>` } }, { uid: true })
        if (!Array.isArray(found)) throw new Error('SEARCH failed')
        return found[0] === undefined ? null : placeId(path, String(box.uidValidity), found[0])
      })
      if (place) return { status: 'sent', remoteId: place }
    } catch (error) {
      if (!isRefusal(error)) throw error
    }
  }
  return null
}
