import { xml } from '@xmpp/client'
import type { Element } from '@xmpp/client'
import { ConnectorError } from '#connector'
import type { Operation, OutgoingAttachment, Prepared, Receipt } from '#connector'
import type { Archive } from './archive.ts'
import { placeOf, readPlace } from './envelope.ts'
import { bareJid, occupantJid } from './jid.ts'
import { ns } from './names.ts'
import type { Settings } from './settings.ts'
import { writable } from './xml.ts'

export const maxText = 20_000

/** How long the server may take to put into the archive what it has taken. */
const settleMs = 15_000

type Frozen =
  | { send: { to: string, room: boolean, whisper: boolean, text: string, files: OutgoingAttachment[], at: number } }
  | { marks: { to: string, id: string, type: 'chat' | 'groupchat' }[] }

const never = (code: string, text: string): ConnectorError => new ConnectorError(code, text, { retry: 'never' })

/** Freezes what will be said. The attempt is the id of the stanza (0359): receipts, corrections and the archive name it. Throws a ConnectorError for what chat cannot carry. */
export function prepare(op: Operation, settings: Settings): Prepared {
  if (op.type === 'mark') {
    const newest = new Map<string, { to: string, id: string, type: 'chat' | 'groupchat' }>()
    if (op.seen === true && settings.sendMarkers !== false) for (const place of op.remoteIds) {
      const mark = readPlace(place)
      if (mark) newest.set(mark.to, mark)
    }
    return { type: 'mark', attempt: '', data: { marks: [...newest.values()] } satisfies Frozen }
  }
  const [recipient] = op.recipients
  if (op.recipients.length !== 1 || !recipient || !['xmpp', 'xmpp-room', 'xmpp-occupant'].includes(recipient.kind)) throw never('recipients', 'A chat message goes to exactly one chat address or room.')
  const to = recipient.kind === 'xmpp-occupant' ? occupantJid(recipient.address) : bareJid(recipient.address)
  if (to === null) throw never('recipients', `${recipient.address.slice(0, 100)} is not a chat address.`)
  const text = writable(op.text)
  if (text.trim() === '' && op.attachments.length === 0) throw never('empty', 'There is no text to send.')
  if (text.length > maxText) throw never('too-long', `The text has ${text.length} characters; a chat message carries ${maxText} at most. Shorten it or send it by mail.`)
  if (op.attachments.length > 0 && settings.upload === false) throw never('attachments', 'Sending files is turned off for this account. Turn it on in its settings, or send them by mail.')
  const room = recipient.kind === 'xmpp-room' || (settings.rooms ?? []).some(({ jid }) => bareJid(jid) === to)
  const data: Frozen = { send: { to, room, whisper: recipient.kind === 'xmpp-occupant', text, files: op.attachments, at: op.at } }
  return { type: 'send', attempt: op.attempt, messageId: op.attempt, data }
}

export type Outlet = {
  deliver(element: Element): Promise<void>
  /** Puts a file into the storage; the link to it. */
  upload(file: OutgoingAttachment): Promise<string>
  inRoom(room: string): boolean
}

/** Sends what was prepared. Resolves when the own server has taken it. Throws a ConnectorError; `certain: false` where it may have gone. */
export async function perform({ attempt, data }: Prepared, outlet: Outlet): Promise<Receipt> {
  const frozen = data as Frozen
  if ('marks' in frozen) {
    for (const { to, id, type } of frozen.marks) await outlet.deliver(xml('message', { to, type, id: `${id}-read` }, xml('displayed', { xmlns: ns.markers, id }), xml('store', { xmlns: ns.hints })))
    return { status: 'sent' }
  }
  const { to, room, whisper, text, files } = frozen.send
  if (room && !outlet.inRoom(to)) throw new ConnectorError('room', `Kinbox is not in the room ${to}. Add it to the rooms of this account; if it is among them, Kinbox tries again when it has entered.`, { retry: 'later' })
  const links: string[] = []
  for (const file of files) links.push(await outlet.upload(file))
  await outlet.deliver(xml('message', { to, type: room ? 'groupchat' : 'chat', id: attempt },
    xml('body', {}, [text, ...links].filter(Boolean).join('\n')),
    xml('origin-id', { xmlns: ns.sid, id: attempt }),
    links.map((url) => xml('x', { xmlns: ns.oob }, xml('url', {}, url))),
    whisper && xml('x', { xmlns: ns.mucUser }),
    !room && xml('request', { xmlns: ns.receipts }),
    xml('markable', { xmlns: ns.markers })))
  return { status: 'sent' }
}

/**
 * Asks the archive whether it has what was sent: its receipt; null: it has not. Throws a ConnectorError while it is too early to say, and where
 * nobody can say.
 */
export async function find({ attempt, data }: Prepared, archive: Archive, bare: string, now: number): Promise<Receipt | null> {
  const frozen = data as Frozen
  if ('marks' in frozen) return { status: 'sent' }
  const { to, room, at } = frozen.send
  let after: string | undefined
  try {
    for (let pages = 0; pages < 20; pages++) {
      const page = await archive.page({ archive: room ? to : null, start: at - 60_000, max: 100, ...(room ? {} : { with: to }), ...(after === undefined ? {} : { after }) })
      const found = page.items.find(({ message }) => message.attrs['id'] === attempt || message.getChild('origin-id', ns.sid)?.attrs['id'] === attempt)
      if (found) return { status: 'sent', remoteId: placeOf({ room: room ? to : null, peer: room ? bare : to, archiveId: found.archiveId, messageId: null }) }
      if (page.complete || page.items.length === 0) {
        if (now - at > settleMs) return null
        throw new ConnectorError('unknown', 'The archive of the server does not have the message yet. Kinbox asks again.', { retry: 'later', certain: false })
      }
      after = page.items.at(-1)!.archiveId
    }
  } catch (error) {
    if (error instanceof ConnectorError) throw error
    throw new ConnectorError('unknown', 'The archive of the server did not answer. Kinbox asks again.', { retry: 'later', certain: false })
  }
  throw new ConnectorError('unknown', 'There is too much in the archive to say whether the message is in it. Look at the thread and decide.', { retry: 'later', certain: false })
}
