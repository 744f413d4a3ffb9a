import type { Filed } from '../model/arrival.ts'
import type { MailHead } from './import-headers.ts'

/** What an export of a whole mailbox says of a mail: its labels, as the exporter wrote them. */
export type Exported = Filed & { sent: boolean, seen: boolean, flagged: boolean }

/** Names that are no label of the user's, in the languages that they are known in here. What is not known is kept as a label. */
const inbox = new Set(['inbox', 'posteingang'])
const sent = new Set(['sent', 'gesendet'])
const unread = new Set(['unread', 'ungelesen'])
const starred = new Set(['starred', 'markiert'])
const others = new Set(['archived', 'archiviert', 'opened', 'geöffnet', 'important', 'wichtig', 'drafts', 'entwürfe', 'chat'])
const threadId = /^x-[a-z]+-thrid$/
const labelList = /^x-[a-z]+-labels$/
const category = /^(?:category|kategorie) /

/**
 * The labels that the exporter put on top of the header: its own thread id, then its labels (X-…-THRID, X-…-Labels). Anywhere below they
 * are what the mail itself brought along, which anybody can write: null then, and where there are none.
 */
export function exported(head: MailHead): Exported | null {
  const [first, second] = [...head.keys()].slice(0, 2)
  if (first === undefined || second === undefined || !threadId.test(first) || !labelList.test(second)) return null
  const labels = listOf(decodeWords(head.get(second)!))
  const has = (names: ReadonlySet<string>) => labels.some((label) => names.has(label.toLowerCase()))
  const isSent = has(sent)
  return {
    labels: [...new Set(labels.filter((label) => ![inbox, sent, unread, starred, others].some((names) => names.has(label.toLowerCase())) && !category.test(label.toLowerCase())))].slice(0, 50),
    // What the user sent lies in no inbox either way.
    archived: !has(inbox) && !isSent, sent: isSent, seen: !has(unread), flagged: has(starred)
  }
}

/** Names between commas; those with a comma stand in quotes. */
function listOf(text: string): string[] {
  return [...text.matchAll(/\s*(?:"((?:[^"\\]|\\.)*)"|([^,]+))\s*(?:,|$)/g)].map(([, quoted, bare]) => (quoted?.replace(/\\(.)/g, '$1') ?? bare!).trim().slice(0, 100)).filter((label) => label !== '')
}

/** Encoded words (RFC 2047) of UTF-8, which is what the exporter writes; white space between two is not shown. */
function decodeWords(text: string): string {
  return text.replace(/\?=\s+=\?/g, '?==?').replace(/(?:=\?utf-8\?[bq]\?[^?]*\?=)+/gi, (words) => Buffer.concat([...words.matchAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi)].map(([, how, said]) =>
    how!.toLowerCase() === 'b' ? Buffer.from(said!, 'base64') : Buffer.from(said!.replaceAll('_', ' ').replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1'))).toString('utf8'))
}
