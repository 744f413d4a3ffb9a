import type { ImapFlow } from 'imapflow'
import type { Log } from '#connector'

export type Folder = { path: string, role: 'inbox' | 'sent' | 'other' }
export type Folders = {
  read: Folder[]
  /** Where copies of what we send go; null: the mailbox has no such folder. */
  sent: string | null
  /** A folder that holds every mail, whatever label it has. */
  all: string | null
}

/**
 * The folders an account reads: the inbox, Sent (RFC 6154 special use, else by its usual names in many languages), and
 * those the user named. A named folder that does not exist is logged and left out, so that one typing error does not silence the rest.
 */
export async function findFolders(client: ImapFlow, named: readonly string[], log: Log): Promise<Folders> {
  const list = (await client.list()).filter((entry) => !entry.flags.has('\\Noselect') && !entry.flags.has('\\NonExistent'))
  const inbox = list.find((entry) => entry.path.toUpperCase() === 'INBOX')?.path ?? 'INBOX'
  // The library marks only one folder for each use: what the server says first, then names.
  const sent = list.find((entry) => entry.specialUse === '\\Sent')?.path ?? null
  const all = list.find((entry) => entry.specialUse === '\\All')?.path ?? null
  const read: Folder[] = [{ path: inbox, role: 'inbox' }]
  if (sent !== null) read.push({ path: sent, role: 'sent' })
  for (const name of named) {
    const path = (list.find((entry) => entry.path === name) ?? list.find((entry) => entry.path.toLowerCase() === name.toLowerCase()))?.path
    if (path === undefined) log.warn({ folder: name }, 'the mailbox has no folder of this name; it is left out')
    else if (!read.some((folder) => folder.path === path)) read.push({ path, role: 'other' })
  }
  return { read, sent, all }
}
