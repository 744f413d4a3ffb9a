import { canonicalEmail } from '#connector'
import type { Bounce, IncomingReceipt } from '#connector'
import { isHard } from './bounce-reason.ts'
import { valueOf, valuesOf } from './head.ts'
import type { Head } from './head.ts'

/** What a mail system reports about earlier mail. `receipts`: that somebody has seen it (RFC 8098). */
export type Report = { bounces: Bounce[], receipts: IncomingReceipt[] }

const MOST_TEXT = 128 * 1024
const MOST_RECIPIENTS = 50
const MOST_REASON = 500

/**
 * Reads a delivery report (RFC 3464) or one of the many that do not follow it, or a read receipt (RFC 8098): which recipients, whether
 * for good, and the Message-ID of the mail it is about. `text` is the decoded text with any delivery-status parts; `raw` the whole
 * mail. Believes nothing: whoever uses it must find the Message-ID among what was sent to that very recipient. Bounded, linear.
 */
export function readReport(head: Head, text: string, raw: Uint8Array, kind: 'bounce' | 'receipt' | 'notification'): Report {
  if (kind === 'notification') return { bounces: ofJson(text.trimStart()), receipts: [] }
  const all = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, 2 * MOST_TEXT)).toString('latin1').replace(/\r\n?/g, '\n')
  const body = all.slice(all.indexOf('\n\n') + 2)
  const told = japanese(text.slice(0, MOST_TEXT)).replace(/\r\n?/g, '\n')
  const messageId = messageIdIn(body) ?? messageIdIn(told)
  if (kind === 'receipt') return { bounces: [], receipts: receiptsOf(fieldsIn(body), messageId) }

  const { words, rest } = withoutOriginal(told)
  const groups = [...fieldsIn(told), ...(/^Final-Recipient/im.test(told) ? [] : fieldsIn(body))].filter((fields) => fields.has('final-recipient') || fields.has('original-recipient'))
  const found = new Map<string, Bounce>()
  for (const fields of groups.slice(0, MOST_RECIPIENTS)) {
    const bounce = ofFields(fields, words, groups.length)
    if (bounce) found.set(bounce.recipient ?? '', { ...bounce, ...(messageId && { messageId }) })
  }
  if (found.size === 0) for (const bounce of ofWords(words, rest, head)) found.set(bounce.recipient ?? '', { ...bounce, ...(messageId && { messageId }) })
  return { bounces: [...found.values()].slice(0, MOST_RECIPIENTS), receipts: [] }
}

/**
 * What a report does to the mail it is about. Only a failed delivery fails it; one that is still tried only says why it takes long.
 */
export function receiptsFor(bounces: Bounce[]): IncomingReceipt[] {
  return bounces.flatMap(({ messageId, recipient, status, failed, hard, reason }) => messageId === undefined || recipient === null ? [] : [{
    type: 'receipt' as const, messageId, recipient: { kind: 'email', address: recipient }, status: failed ? 'failed' as const : 'sent' as const,
    error: { code: status || (failed ? 'bounced' : 'delayed'), text: wordsFor(failed, hard, reason) }
  }])
}

function wordsFor(failed: boolean, hard: boolean, reason: string): string {
  const said = reason === '' ? '' : ` The other side says: ${reason}`
  if (!failed) return `It has not arrived yet; the mail servers keep trying.${said}`
  return (hard ? 'It did not arrive: this address does not exist or takes no mail. Check the address.' : 'It did not arrive, though the address may be right. Try again later, or another way.') + said
}

/** A delivery-status part has no charset; where it has ISO-2022-JP in it, it says so by escapes. */
function japanese(text: string): string {
  return text.replace(/\x1b\$[@B][\x21-\x7e]*(?:\x1b\([BJ])?/g, (run) => new TextDecoder('iso-2022-jp').decode(Buffer.from(run, 'latin1')))
}

/** What a sending service reports as one line of JSON (`notificationType: Bounce`), which mail servers may have broken. */
function ofJson(text: string): Bounce[] {
  if (!text.startsWith('{"')) return []
  try {
    const said = JSON.parse(text.slice(0, MOST_TEXT).split('\n\n', 1)[0]!.replace(/!?\n ?/g, '')) as { bounce?: { bouncedRecipients?: unknown }, mail?: { commonHeaders?: { messageId?: unknown } } }
    const messageId = /^<([^<>\s]{3,250})>$/.exec(String(said.mail?.commonHeaders?.messageId))?.[1]
    const recipients = Array.isArray(said.bounce?.bouncedRecipients) ? said.bounce.bouncedRecipients.slice(0, MOST_RECIPIENTS) as Record<string, unknown>[] : []
    return recipients.flatMap((one) => {
      const word = (name: string) => typeof one?.[name] === 'string' ? one[name] : ''
      const bounce = ofFields(new Map([['final-recipient', word('emailAddress')], ['action', word('action')], ['status', word('status')], ['diagnostic-code', word('diagnosticCode')]]), '', 1)
      return bounce ? [{ ...bounce, ...(messageId && { messageId }) }] : []
    })
  } catch {
    return []
  }
}

type Fields = Map<string, string>

/** Groups of `Name: value` lines as RFC 3464 section 2.1 has them; empty lines part them. Other lines do no harm. */
function fieldsIn(text: string): Fields[] {
  const groups: Fields[] = []
  let group: Fields = new Map()
  let last = ''
  for (const line of text.split('\n')) {
    const match = /^(?:> ?)?(Final-Recipient|Original-Recipient|X-Actual-Recipient|Action|Status|Diagnostic-Code|Disposition|Original-Message-ID|Remote-MTA|X-Display-Name)\s*:\s*(.*)$/i.exec(line.slice(0, 2000))
    if (match) {
      last = match[1]!.toLowerCase()
      // Some leave out the empty line between two recipients.
      if (group.has(last) && (last === 'final-recipient' || last === 'action')) {
        groups.push(group)
        group = new Map()
      }
      if (!group.has(last)) group.set(last, match[2]!.trim())
      else last = ''
    } else if (/^[ \t]+\S/.test(line) && last !== '') {
      const value = group.get(last)!
      if (value.length < 4000) group.set(last, value + ' ' + line.trim())
    } else {
      if (line.trim() === '' && (group.has('final-recipient') || group.has('original-recipient'))) {
        groups.push(group)
        group = new Map()
      }
      last = ''
    }
  }
  groups.push(group)
  return groups
}

function ofFields(fields: Fields, words: string, of: number): Bounce | null {
  const action = /^[a-z-]+/i.exec(fields.get('action') ?? '')?.[0].toLowerCase()
  if (action === 'delivered' || action === 'relayed' || action === 'expanded') return null
  // RFC 3461 section 4.2: the address that the sender wrote to is the original one, where it is told.
  const recipient = addressOf(fields.get('original-recipient')) ?? addressOf(fields.get('final-recipient'))
  const diagnostic = (fields.get('diagnostic-code') ?? '').replace(/^[\w-]+\s*;\s*/, '')
  const context = of === 1 || recipient === null ? words : about(words, recipient)
  const reason = diagnostic !== '' ? diagnostic : reasonIn(context)
  const status = statusOf(diagnostic !== '' ? diagnostic : reason, fields.get('status') ?? '')
  const failed = action === 'delayed' ? false : action === 'failed' || !status.startsWith('4')
  return { recipient, status, failed, hard: failed && isHard({ status, reason: diagnostic.length > 12 ? diagnostic : `${diagnostic} ${context}`, told: words }), reason: short(reason) }
}

/** The lines that name a recipient. */
function about(words: string, recipient: string): string {
  return words.slice(0, 20_000).split('\n').filter((line) => line.toLowerCase().includes(recipient)).slice(0, 5).join('\n')
}

/** The enhanced status code that says most: the other side's own before the general one of the reporter. */
function statusOf(diagnostic: string, field: string): string {
  const own = [...diagnostic.slice(0, 2000).matchAll(/(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/g)].map((match) => match[1]!)
  const stated = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})/.exec(field)?.[1] ?? ''
  const telling = own.findLast((code) => !/\.0\.0$|\.1\.0$|\.3\.0$/.test(code)) ?? own.at(-1)
  if (telling !== undefined && (stated === '' || /\.0\.0$|^5\.[35]\.0$/.test(stated) || /\.1\.0$/.test(stated))) return telling
  return stated
}

/** `rfc822; alice@friend.example`, in brackets or not (RFC 3464 section 2.3.1). */
function addressOf(value: string | undefined): string | null {
  if (value === undefined) return null
  const bare = value.replace(/^[\w-]+\s*;\s*/, '').replace(/^.*</, '').replace(/>.*$/, '').trim()
  return canonicalEmail(bare)
}

const originalBelow = /^(?:[-=_*]{2,}.{0,20}(?:original|returned|unsent|copy|header|message (?:body|text)|の|オリジナル).{0,90}|(?:original|returned|unsent|your (?:original )?)\s?message (?:follows|below|headers?).{0,60}|message headers? follow.{0,40}|(?:(?:here|this|below|the following|following) (?:this line )?(?:is|are) (?:a|the) (?:copy|header|original|first).{0,80})|the (?:body|header|text) of (?:the|your) (?:original )?message.{0,60}|received: (?:from|by|\(qmail).*|return-path: ?<.*)$/i

/** The report without the mail that it returns, as far as that can be told. */
function withoutOriginal(text: string): { words: string, rest: string } {
  let at = 0
  for (const line of text.split('\n')) {
    if (at > 0 && originalBelow.test(line.slice(0, 300).trim())) return { words: text.slice(0, at), rest: text.slice(at) }
    at += line.length + 1
  }
  return { words: text, rest: '' }
}

const anAddress = /(?<![\w.+%=-])[\w.+%=!#$&'*/?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g
const machines = /^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|abuse|noreply|no-reply|support|help|admin)@/i
const delays = /(?:delayed|will (?:be retried|keep trying|continue)|not (?:yet )?been delivered|warning|still (?:trying|being)|temporar(?:y|ily)|will try again|being retried|zurückgestellt|retardé)/i
const forGood = /permanent|fatal|could not be delivered|failed|undeliver|gave up|giving up|returned|rejected|not delivered|was not/i

/** Recipients that are named in words, each with the words after it up to the next. */
function* ofWords(words: string, rest: string, head: Head): Generator<Bounce> {
  const own = new Set([...valuesOf(head, 'to'), ...valuesOf(head, 'delivered-to'), ...valuesOf(head, 'envelope-to')].flatMap((value) => value.match(anAddress) ?? []).map((one) => one.toLowerCase()))
  const all = new Map<string, { address: string, at: number }>()
  for (const match of words.matchAll(anAddress)) {
    const address = canonicalEmail(match[0].replace(/[.']+$/, ''))
    const before = words.slice(Math.max(0, match.index - 40), match.index)
    if (address === null || machines.test(address) || all.has(address) || /mail from\s*:?\s*<?$|from\s*:\s*<?$|sender\s*:?\s*<?$|reply-to\s*:?\s*<?$|contact |https?:\S*$|message-id\s*:?\s*<$/i.test(before)) continue
    all.set(address, { address, at: match.index })
    if (all.size > MOST_RECIPIENTS) break
  }
  // The sender may write to himself; else he is not whom it is about.
  const others = [...all.values()].filter(({ address }) => !own.has(address))
  // Nor is it whom a copied head names, where the report names somebody itself.
  const told = others.filter(({ at }) => !/^[ \t]*(?:to|cc|from|reply-to|sender|subject|sent by|an|von)\s*:/i.test(words.slice(words.lastIndexOf('\n', at) + 1, at)))
  const named = told.length > 0 ? told : others.length > 0 ? others : [...all.values()].slice(0, 1)
  const subject = valueOf(head, 'subject')
  const failed = !(delays.test(`${subject} ${words.slice(0, 3000)}`) && !forGood.test(`${subject} ${words.slice(0, 3000)}`))
  if (named.length === 0) {
    const to = /^to: ?.*?([\w.+%=!#$&'*/?^`{|}~-]+@[\w.-]+)/im.exec(rest.slice(0, 20_000))?.[1]
    yield bounceOf(to === undefined ? null : canonicalEmail(to), words, words, failed)
    return
  }
  for (const [index, { address, at }] of named.entries()) {
    const own = words.slice(at, named[index + 1]?.at ?? words.length)
    yield bounceOf(address, named.length === 1 ? words : /\d{3}|unknown|reject|full|not /i.test(own) ? own : words, words, failed)
  }
}

function bounceOf(recipient: string | null, words: string, whole: string, failed: boolean): Bounce {
  const reason = reasonIn(words)
  const said = statusOf(reason, '') || statusOf(words.slice(0, 4000), '')
  const reply = /(?<!\d)([45])\d\d(?=[ -])/.exec(reason)?.[1]
  const status = said || (reply === undefined ? '' : `${reply}.0.0`)
  return { recipient, status, failed, hard: failed && isHard({ status: said || (reply === '4' ? '4.0.0' : ''), reason: reason === '' ? words : reason, told: whole }), reason: short(reason) }
}

/** The line with the other side's answer, with what follows of it; else the first that names a cause. */
function reasonIn(words: string): string {
  const lines = words.slice(0, 20_000).split('\n').map((line) => line.trim()).map((line) => reportField.test(line) ? '' : line)
  const at = lines.findIndex((line) => /(?:^|[^\d.])[45]\d\d[ -](?:#?[45]\.\d+\.\d+|\S)/.test(line) && !/^\d{4}-|\bTel\b/.test(line) || /(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])/.test(line))
  if (at >= 0) {
    let end = at + 1
    while (end < lines.length && end < at + 8 && lines[end] !== '') end++
    return lines.slice(at, end).join(' ')
  }
  // A sentence may go on in the next line.
  return lines.filter((line, at) => causes.test(line) || at > 0 && line !== '' && causes.test(lines[at - 1]!)).slice(0, 6).join(' ')
}

/** What a report says of itself is no reason; the diagnostic code is read before. */
const reportField = /^(?:status|action|final-recipient|original-recipient|x-actual-recipient|reporting-mta|received-from-mta|remote-mta|arrival-date|last-attempt-date|will-retry-until|x-[\w-]+|content-[\w-]+)\s*:/i
const causes = /unknown|not (?:be )?found|exist|full|quota|reject|refused|denied|invalid|no such|not listed|expired|timed? ?out|retry|too (?:large|big)|disabled|suspended|inactive|moved|unable|loop|limit|not accept|unroute|filter|spam|no mx|ありません|見つかり|存在し|unbekannt|inconnu|desconocid|sconosciut/i

function short(reason: string): string {
  return reason.replace(/[\x00-\x1f\x7f\s]+/g, ' ').trim().slice(0, MOST_REASON)
}

/** Message-ID of the mail that a report returns: in its head, or in a field of the report. */
function messageIdIn(text: string): string | undefined {
  const match = /^(?:> ?)?(?:X-)?(?:Original-)?Message-ID\s*:\s*(?:\n[ \t]+)?<([^<>\s]{3,250})>/im.exec(text)
  return match?.[1]
}

function receiptsOf(groups: Fields[], messageId: string | undefined): IncomingReceipt[] {
  return groups.flatMap((fields) => {
    const about = /<([^<>\s]{3,250})>/.exec(fields.get('original-message-id') ?? '')?.[1] ?? messageId
    const recipient = addressOf(fields.get('original-recipient')) ?? addressOf(fields.get('final-recipient'))
    const seen = /;\s*displayed\b/i.test(fields.get('disposition') ?? '')
    return !seen || about === undefined || recipient === null ? [] : [{ type: 'receipt' as const, messageId: about, recipient: { kind: 'email', address: recipient }, status: 'read' as const }]
  })
}
