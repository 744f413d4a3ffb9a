import type { Address, Named } from './incoming.ts'

/** A message inside of a message. `files`: the names of what it carries, which are attachments of the outer one. */
export type MessageCard = { type: 'message', from: string, subject: string, sentAt?: number, text: string, files: string[] }

/** `unknown`: asked, and nothing said yet. */
export type InvitationAnswer = 'accepted' | 'tentative' | 'declined' | 'unknown'

/** How often it takes place again. `days`: `mo` to `su`, with the number of the week in the month before it where it has one (`2tu`, `-1fr`). */
export type Repeats = { unit: 'day' | 'week' | 'month' | 'year', every: number, days: string[], monthDays: number[], months: number[], count?: number, until?: string }

/**
 * Something that takes place, and what is asked or told about it: `request` asks, `cancel` calls it off, `reply` is somebody's
 * answer, `counter` proposes another time, `publish` only tells. Times are RFC 3339 with their offset, or days alone (`2026-03-02`) where it
 * takes whole days (`end` is the first day after it then); without an offset where the writer said no zone. `zone`: the writer's own.
 * `you`: the own address that is invited; with it and an organizer, `request` can be answered. `answered`: what the user said.
 */
export type InvitationCard = {
  type: 'invitation'
  method: 'request' | 'cancel' | 'reply' | 'counter' | 'publish'
  uid: string
  sequence: number
  recurrenceId?: string
  title: string
  start: string
  end?: string
  allDay: boolean
  zone?: string
  place?: string
  description?: string
  organizer?: Named
  attendees: (Named & { answer: InvitationAnswer })[]
  you?: string
  repeats?: Repeats
  answered?: Exclude<InvitationAnswer, 'unknown'>
  /** What an answer must say again, as it came: lines of its format. */
  echo?: string
}

/** Somebody whom the message tells about. Taking it into the contacts is the user's own act. */
export type ContactCard = { type: 'contact', name: string, organization?: string, addresses: Address[] }

/** Whose certificate came with a signature, as it says itself: nobody has checked who issued it. `from`, `to`: how long it is good (ms since the epoch). */
export type Signer = { name?: string, addresses: string[], issuer: string, from: number, to: number }

/**
 * That a message is signed or encrypted, and by what. `state`: nothing was checked; it cannot be read here; the signature fits what was signed and the
 * certificate that came with it (`intact`), or does not (`changed`). None of them proves a sender.
 */
export type SealCard = { type: 'signed' | 'encrypted', by: 'smime' | 'pgp', state: 'unchecked' | 'unreadable' | 'intact' | 'changed', signer?: Signer }

/** What a message carries beside its text that is more than a file, open to every connector. */
export type Card = MessageCard | InvitationCard | ContactCard | SealCard
