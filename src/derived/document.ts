import { createHash } from 'node:crypto'
import type { Field, IndexRow } from '../store/search-index.ts'
import type { MessageDocument } from '../store/search-documents.ts'
import { beginningsOf } from './beginnings.ts'
import { addressKey, tag } from './tags.ts'
import { indexable } from './words.ts'

/** Of one text so many characters are found by: a log file in a mail would fill the index. */
export const searchedCharacters = 500_000

/** The texts that a message is found by, as they are before they become words. */
export const textOf: Record<Field, (document: MessageDocument) => string> = {
  sender: ({ sender }) => `${sender.name ?? ''} ${sender.address ?? sender.raw}`,
  recipients: ({ recipients }) => recipients.map(({ name, address }) => `${name ?? ''} ${address}`).join(' \n'),
  subject: ({ subject }) => subject ?? '',
  files: ({ files }) => files.length === 0 ? '' : files.map(({ name }) => name).join(' \n'),
  text: ({ text }) => text.slice(0, searchedCharacters),
  // Not a column of its own: of both a message says the words only second hand.
  quoted: ({ quoted, carried }) => quoted === null && carried === '' ? '' : [quoted ?? '', carried].map((part) => part.slice(0, searchedCharacters)).join(' \n')
}

/** What the index takes in of a message. */
export function rowOf(document: MessageDocument): IndexRow {
  const words = (field: Field) => indexable(textOf[field](document))
  const columns = { sender: words('sender'), recipients: words('recipients'), subject: words('subject'), files: words('files'), text: words('text'), quoted: words('quoted') }
  return { ...columns, tags: tagsOf(document).join(' '), beginnings: beginningsOf(Object.values(columns)) }
}

/** The same for the same words and tags, which their beginnings follow from. */
export function stampOf(row: IndexRow): Uint8Array {
  const hash = createHash('sha1')
  for (const part of [row.sender, row.recipients, row.subject, row.files, row.text, row.quoted, row.tags]) hash.update(part).update('\0')
  return hash.digest().subarray(0, 12)
}

function tagsOf({ strandId, channel, direction, flagged, automatic, sender, recipients, files, text }: MessageDocument): string[] {
  const has = new Set(files.flatMap(kindsOf))
  if (/\bhttps?:\/\//i.test(text)) has.add('link')
  return [
    tag('all'), tag('strand', strandId), tag('channel', channel), tag('direction', direction),
    ...flagged ? [tag('is', 'flagged')] : [], ...automatic ? [tag('is', 'automatic')] : [],
    ...sender.address === null ? [] : [tag('from', addressKey({ kind: sender.kind, address: sender.address }))],
    ...recipients.map((recipient) => tag('to', addressKey(recipient))),
    ...[...has].map((kind) => tag('has', kind))
  ]
}

/** Kinds of file that can be asked for, with what they are called in a Content-Type. */
export const fileKinds: Record<string, RegExp> = {
  image: /^image\//, audio: /^audio\//, video: /^video\//, pdf: /^application\/pdf\b/, calendar: /^text\/calendar\b/, contact: /^text\/(x-)?vcard\b/
}

function kindsOf({ contentType, inline }: { contentType: string, inline: boolean }): string[] {
  const kind = Object.keys(fileKinds).filter((one) => fileKinds[one]!.test(contentType.toLowerCase()))
  // A picture in a signature is no file that somebody looks for.
  return inline ? kind : ['file', ...kind]
}
