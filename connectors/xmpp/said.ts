import type { Element } from '@xmpp/client'
import { ns } from './names.ts'

/** What a message says, by what is in it. */
export type Said =
  | { type: 'text', text: string, replaces: string | null }
  | { type: 'encrypted' }
  | { type: 'invitation', room: string, by: string | null, reason: string }
  | { type: 'reaction', to: string, emoji: string[] }
  | { type: 'retraction', of: string }
  | { type: 'receipt', of: string, status: 'delivered' | 'read' }
  | { type: 'bounce', of: string }
  | { type: 'typing', typing: boolean }
  | { type: 'nothing' }

const maxId = 500

/** Reads what a message says. A reaction or a retraction may bear a text for those who do not know them: it is no text then. */
export function saidBy(message: Element): Said {
  const { id = '', type } = message.attrs
  if (type === 'error') return id === '' || id.length > maxId ? { type: 'nothing' } : { type: 'bounce', of: id }
  const child = (name: string, xmlns: string): Element | undefined => message.getChild(name, xmlns)
  const named = (element: Element | undefined): string | null => {
    const of = element?.attrs['id'] ?? ''
    return of === '' || of.length > maxId ? null : of
  }
  const fastened = child('apply-to', ns.fasten)
  const retracted = named(child('retract', ns.retract1)) ?? (fastened?.getChild('retract', ns.retract0) ? named(fastened) : null)
  if (retracted !== null) return { type: 'retraction', of: retracted }
  const reactions = child('reactions', ns.reactions)
  const reacted = named(reactions)
  if (reactions && reacted !== null) return { type: 'reaction', to: reacted, emoji: [...new Set(reactions.getChildren('reaction', ns.reactions).map((one) => one.getText().trim()).filter((one) => one !== '' && one.length <= 50))].slice(0, 20) }
  const body = message.getChildText('body', ns.client)
  const direct = child('x', ns.invite)
  if (direct?.attrs['jid']) return { type: 'invitation', room: direct.attrs['jid'], by: null, reason: direct.attrs['reason'] ?? '' }
  const mediated = child('x', ns.mucUser)?.getChild('invite')
  if (mediated) return { type: 'invitation', room: message.attrs['from'] ?? '', by: mediated.attrs['from'] ?? null, reason: mediated.getChildText('reason') ?? '' }
  if (body !== null && body !== '' && !child('encrypted', ns.omemo)) return { type: 'text', text: body, replaces: named(child('replace', ns.correct)) }
  if (child('encrypted', ns.omemo)) return { type: 'encrypted' }
  const received = named(child('received', ns.receipts))
  if (received !== null) return { type: 'receipt', of: received, status: 'delivered' }
  const displayed = named(child('displayed', ns.markers))
  if (displayed !== null) return { type: 'receipt', of: displayed, status: 'read' }
  const got = named(child('received', ns.markers))
  if (got !== null) return { type: 'receipt', of: got, status: 'delivered' }
  const state = message.getChildElements().find((one) => one.getNS() === ns.states)
  return state ? { type: 'typing', typing: state.getName() === 'composing' } : { type: 'nothing' }
}

/** The sender's own name for a message, by which corrections, reactions and receipts mean it; null where it has none that could mean just this one. */
export function idOf(message: Element): string | null {
  const id = message.attrs['id'] ?? message.getChild('origin-id', ns.sid)?.attrs['id'] ?? ''
  return id.length >= 6 && id.length <= maxId ? id : null
}
