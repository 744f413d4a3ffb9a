import { canonicalEmail } from '#connector'
import type { Automatic, Unsubscribe } from '#connector'
import { valueOf, valuesOf } from './head.ts'
import type { Head } from './head.ts'
import { decodeWords, oneLine, shownName } from './words.ts'

/**
 * What kind of machine wrote a mail, if any: delivery reports (RFC 3464), read receipts (RFC 8098), mailing lists (RFC 2919),
 * answers by machine and notifications (RFC 3834), bulk mail.
 */
export function automaticOf(head: Head): Automatic | undefined {
  const report = reportType(valueOf(head, 'content-type'))
  if (report === 'delivery-status') return 'bounce'
  if (report === 'disposition-notification') return 'receipt'
  // RFC 5965: what a provider reports about the user's own mail.
  if (report === 'feedback-report') return 'notification'

  if (isReport(head)) return 'bounce'
  const precedence = keyword(valueOf(head, 'precedence'))
  if (listOf(head) || precedence === 'list' || listFields.some((name) => has(head, name))) return 'list'

  const submitted = keyword(valueOf(head, 'auto-submitted'))
  const from = valueOf(head, 'from').slice(0, 1000)
  if (submitted === 'auto-replied' || precedence === 'auto_reply' || precedence === 'auto-reply' || answersByMachine.some((name) => has(head, name)) || awayNote.test(decodeWords(valueOf(head, 'subject').slice(0, 300)).trim())) return 'auto-reply'
  // RFC 3834 section 2: replies by machine have the null sender too, so it says bounce only where nothing says reply.
  if (/^<\s*(?:mailer-daemon|null)?\s*>$/i.test(valueOf(head, 'return-path')) || emptyAddress.test(from)) return 'bounce'
  if (submitted.startsWith('auto-')) return 'notification'
  if (nobodyReads.test(from) || complaint.test(valueOf(head, 'subject').slice(0, 200))) return 'notification'
  if (precedence === 'bulk' || precedence === 'junk' || has(head, 'list-unsubscribe')) return 'bulk'
  return undefined
}

/** A mail system speaks, and of a delivery: told by its own address, or by its subject where the address is one that people read, too. */
function isReport(head: Head): boolean {
  const from = valueOf(head, 'from').slice(0, 1000)
  if (has(head, 'x-failed-recipients') || mailerDaemon.test(from)) return true
  if (listRobot.test(from) && notPosted.test(valueOf(head, 'subject').slice(0, 300))) return true
  return mailSystem.test(from) && (notDelivered.test(decodeWords(valueOf(head, 'subject').slice(0, 1000))) || /^<\s*(?:mailer-daemon@?[^>]*)?>$/i.test(valueOf(head, 'return-path')))
}

const mailerDaemon = /^"?mailer-daemon\b|<?\bmailer-daemon@|<mailer-daemon>/i
const mailSystem = /(?:^|[<\s"])(?:po+stmaster|mail-?daemon|mdaemon|mail-?admin|mailmaster|mailerd|mail\.delivery|bounces?|notify|no-?reply|noreply|admin|administrator|daemon|smtp|mta)[^@\s<>]{0,40}@|^"?(?:mail delivery (?:sub)?system|mail administrator|system administrator|mail system|mailbox|internet mail delivery|microsoft (?:outlook|exchange)|postmaster)\b/i
/** A list that does not take a mail bounces it, too. */
const listRobot = /[\w.+]-(?:admin|bounces|owner|request|ctl)@/i
const notPosted = /\bnot (?:a )?member\b|not allowed to post|(?:posting|message|post) (?:was )?(?:rejected|denied|not allowed)|loop alert|request to mailing list .{0,100} rejected/i
const notDelivered = /undeliver|not deliver|non.?deliver|deliver(?:y|ed)?\b.{0,40}\b(?:fail|status|notification|report|error|delay|problem|unsuccess|has|subsystem|warning)|fail(?:ed|ure)?\b.{0,30}\b(?:deliver|notice|notif|mail)|returned (?:mail|to sender|message)|returning message|return(?:ed)? to sender|mail system error|mail error|error (?:sending|delivering|mail)|could not (?:be )?(?:deliver|sen[dt])|can(?:not|'t) (?:be )?deliver|unable to deliver|bounce|nondeliverable|rejected|message (?:status|delayed)|unzustellbar|nicht zugestellt|zustellung|unzustellbarkeit|non remis|échec de (?:la )?remise|non distribu|no (?:se )?(?:pudo|puede|ha podido|entregad)|no entregado|mancato recapito|non recapitabile|impossibile recapitare|não (?:foi )?entreg|falha na entrega|niet (?:be)?zorg|onbestelbaar|niedostarcz|nie dostarcz|kan inte levereras|olevererbart|ikke leveres|ikke leveret|недоставлен|не доставлен|退信|系统退信|(?:配信|配達|送信|届け)(?:不能|エラー|でき|られ|が?失敗)|送信エラー|エラーメール|未送信|undelivered/i
/** An address that its owner says is not read is no person's. */
const nobodyReads = /(?:^|[<\s])(?:no|do-?not|not|non?)[-._]?repl(?:y|ies)[^@\s<>]{0,40}@/i
/** What some providers send for RFC 5965. */
const complaint = /^\s*(?:complaint about message|abuse report|email (?:feedback|abuse) report|feedback report)\b/i
const emptyAddress = /^[^@]*<\s*>\s*$/
/** How programs begin the subject of an answer while their owner is away. */
const awayNote = /^(?:auto(?:matic|matisierte|matische|mated|-)? ?(?:reply|response|answer|antwort|svar)|automatische[rs]? (?:antwort|reactie|antwoord|beantwoording)|out of (?:the )?office|ooo:|réponse automatique|absence du bureau|message d'absence|respuesta automática|fuera de la oficina|risposta automatica|fuori sede|resposta automática|ausência temporária|odpowiedź automatyczna|automatyczna odpowiedź|autosvar|automatiskt svar|automatisk svar|automaattinen vastaus|poissaoloilmoitus|abwesenheits(?:notiz|benachrichtigung|assistent|nachricht)|afwezigheid|автоматический ответ|автоответ|自动回复|自動回覆|自动答复|自動応答|自動返信|不在)/iu
/** What lists wrote before List-Id was agreed on. */
const listFields = ['list-post', 'list-subscribe', 'mailing-list', 'x-mailing-list', 'x-mailman-version', 'x-mlserver', 'x-ml-name', 'x-ml-info']
const answersByMachine = ['x-autoreply', 'x-autorespond', 'x-autoresponder', 'x-auto-reply', 'x-auto-reply-from', 'x-vacation', 'x-mail-autoreply']

/** The mailing list (RFC 2919 section 3): its id in lower case, with its name where it has one. */
export function listOf(head: Head): { id: string, name?: string } | undefined {
  const value = valueOf(head, 'list-id').slice(0, 2000)
  const match = /<([^<>]*)>\s*(?:\([^()]*\)\s*)?$/.exec(value)
  const id = (match ? match[1]! : value).trim().toLowerCase()
  if (!/^[^\s<>()"\\,;:]{1,255}$/.test(id)) return undefined
  const name = match ? shownName(decodeWords(value.slice(0, match.index)).trim().replace(/^"(.*)"$/, '$1')) : ''
  return { id, ...(name && { name }) }
}

/**
 * How one gets no more of it: List-Unsubscribe (RFC 2369 section 3.2) with https and mailto only, and whether one click is enough (RFC 8058
 * section 3.1). A list that takes mail has List-Post, and it is not `NO`.
 */
export function unsubscribeOf(head: Head): Unsubscribe | undefined {
  const links = [...valueOf(head, 'list-unsubscribe').slice(0, 4000).matchAll(/<\s*([^<>\s]+)\s*>/g)].map((match) => match[1]!).slice(0, 5)
  const url = links.find((link) => /^https:\/\//i.test(link) && link.length <= 2000 && URL.canParse(link))
  const mail = links.map(mailOf).find((one) => one !== null)
  if (url === undefined && !mail) return undefined
  const oneClick = url !== undefined && valueOf(head, 'list-unsubscribe-post').trim().toLowerCase() === 'list-unsubscribe=one-click'
  return { ...(url === undefined ? {} : { url }), ...(mail ? { mail } : {}), oneClick, posts: /^\s*<[^<>]+>/.test(valueOf(head, 'list-post')) }
}

/** RFC 6068: one address, a subject and a body; nothing else of it is followed. */
function mailOf(link: string): NonNullable<Unsubscribe['mail']> | null {
  const url = /^mailto:/i.test(link) ? URL.parse(link) : null
  if (!url) return null
  const address = canonicalEmail(decoded(url.pathname))
  if (address === null) return null
  const field = (name: string) => oneLine([...url.searchParams].find(([key]) => key.toLowerCase() === name)?.[1] ?? '', 500)
  const [subject, body] = [field('subject'), field('body')]
  return { address, ...(subject && { subject }), ...(body && { body }) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

function reportType(contentType: string): string | null {
  const value = contentType.slice(0, 2000)
  if (!/^multipart\/report\b/i.test(value)) return null
  return /;\s*report-type\s*=\s*"?([a-z-]+)/i.exec(value)?.[1]?.toLowerCase() ?? null
}

function keyword(value: string): string {
  return /^[a-z_-]*/i.exec(value)![0].toLowerCase()
}

function has(head: Head, name: string): boolean {
  return valuesOf(head, name).some((value) => value !== '' && !/^(?:no|false|0)$/i.test(value))
}
