import { anyOf, phrases } from './languages.ts'
import { isRule } from './copied-head.ts'
import type { Read } from './line.ts'

/** Longer ends are not taken for a signature. */
const MOST_LINES = 12
/** The mark of RFC 3676; its end is often lost, and some write a long dash: the less sure, the shorter what follows it may be. */
const marks: [RegExp, number][] = [[/^-- $/, MOST_LINES], [/^--$/, 8], [/^(?:—|––) ?$/, 4]]
const sentFrom = new RegExp(`^[\\[(<*_~-]{0,3}\\s?(?:${anyOf(phrases('sentFrom'))})`, 'iu')
/** What the thing is that it was sent from; keeps `Sent from the office, back at ten` in sight. */
const thing = /\b(?:(?:iphone|ipad|android)\p{L}*|ipod|ios|blackberry|outlook|windows|yahoo|gmail|aol|proton ?mail|proton|tutanota|tuta|thunderbird|samsung|galaxy|huawei|xiaomi|nokia|lumia|sony|xperia|htc|lg|motorola|pixel|oneplus|mobile|mobil\w*|handy|smartphone|phone|tablet|telefon\w*|téléphone|telefono|teléfono|móvil|movil|celular|telem[oó]vel|cellulare|portable|mail|mailbox|e-?mail|k-9|spark|sparrow|airmail|mailspring|nylas|superhuman|fairemail|bluemail|blue mail|telekom|gmx|web\.de|zoho|hey|fastmail|puhelime\w*|telefone|komórk\w*|smartfon\w*|matkapuhelime\w*|device|tel)\b|телефон|смартфон|мобильн|айфон|почт|手机|手機|邮箱|郵|信箱|送信|スマートフォン|携帯|보냄|전화|アプリ|版|邮件|콩/iu
/** `Sent from my …` is a thing, whatever it is. */
const mine = /^\W{0,3}(?:sent|typed|written) (?:from|on|with) my\b|^\W{0,3}from my\b|^von meine[mr]\b|^envoyé (?:de|depuis|à partir de) m(?:on|a)\b|^enviado (?:desde|de) mi\b|^enviado do meu\b|^inviato dal? mi[oa]\b|^(?:verstuurd|verzonden) (?:vanaf|met|van) mijn\b|^wysłan[eoay] z (?:mojego|mojej)\b|^(?:skickat|skickades) från min\b|^sendt fra (?:min|mit)\b|^отправлено с моего\b|^(?:发自|從|从|發自)我的/iu
/** A name and what it was written on, and nothing else. */
const somebodyFrom = /^\p{Lu}[\p{L}.'’-]{0,20}(?: \p{Lu}?[\p{L}.'’-]{0,20})?[ ,-]{1,3}(?:(?:sent )?(?:from|via|on) (?:my |a )?(?:mobile|phone|cell|tablet|iphone|ipad|android|blackberry)|(?:von unterwegs|vom handy|mobil gesendet)|(?:depuis|de) mon (?:portable|téléphone)|desde (?:el|mi) móvil|vanaf mijn (?:telefoon|mobiel))\.?$/u
/** A line that only names the program, with its address or none. */
const getApp = /^(?:get|download|obtenir|télécharger|obtener|descargar|ottieni|scarica|obter|baixar|download|hämta|hent|få|pobierz|uzyskaj|holen sie sich|hol dir|获取|取得|скачать|hanki|lataa)\b.{0,40}\boutlook\b/iu
const listFooter = /mailing.?list|mailman|listinfo|unsubscribe|abbestellen|désabonner|d[ée]sinscri|cancellar|darse de baja|lista de correo|google groups|sourceforge|list archives?|you received this (?:message|email|mail) because|to post to this group/i
const address = /https?:\/\/|@/

/** Words of disclaimers in the languages where they are the custom; two different ones of a paragraph of some length. */
const legal = [
  /confidential|vertraulich|confidentiel|confidencia|riservat|confidenzial|vertrouwelijk|poufn|konfidentiell|fortrolig|luottamuksell|конфиденциал|机密|保密|機密/i,
  /intended (?:solely |only )?(?:recipient|for|addressee)|addressee|named (?:above|recipient)|adressat|empfänger|bestimmt|destinat[aá]ri|destinataire|destinatario|uso esclusivo|geadresseerde|bestemd|adresat|avsedd|mottagare|modtager|mottaker|vastaanottaj|получател|адресат|收件人|受信者|宛先/i,
  /in error|by mistake|irrtümlich|fälschlich|par erreur|por error|por erro|per errore|abusievelijk|ten onrechte|omyłkow|pomyłk|av misstag|ved en fejl|ved en feil|erehdyksess|по ошибке|误|誤/i,
  /privileged|disclos|unauthori[sz]ed|prohibited|strictly forbidden|dissemination|unbefugt|nicht gestattet|interdit|prohibid|proibid|vietat|verboden|zabronion|förbjud|forbud|kielletty|запрещ|严禁|禁止/i,
  /delete (?:this|it|the|all)|destroy|notify (?:the|us|me)|löschen|vernichten|supprimer|détruire|eliminar|borrar|apagar|cancellar|distrugg|verwijder|usun|usuń|radera|slet|poista|удалите|删除|刪除|削除/i
]
const aboutMail = /e-?mail|mail|message|messaggio|mensaje|mensagem|nachricht|bericht|wiadomo|meddelande|meddelelse|besked|melding|viesti|сообщени|письмо|邮件|郵件|メール|transmission|communication|courriel|correo/i
const scanned = /virus.?free|(?:checked|scanned) (?:for|by)\b.{0,40}\b(?:virus|mailscanner|anti|avast|avg)|auf viren (?:geprüft|überprüft)|libre de virus|sans virus|garantie sans virus|privo di virus|virenfrei|bez wirusów|please consider the environment before printing|denken sie an die umwelt|pensez à l'environnement avant/i

/**
 * Where the end of the lines before `end` begins that is no writing of its own: a signature behind `-- ` (RFC 3676 section 4.3) or
 * marked as one, `Sent from my phone`, the footer of a mailing list, a disclaimer. `end` when there is none. Not below `floor`.
 * Looks at a bounded number of lines per step, and every step goes up.
 */
export function signatureStart(lines: Read[], floor: number, end: number): number {
  let start = end
  for (;;) {
    while (start > floor && lines[start - 1]!.blank) start--
    const next = marked(lines, floor, start) ?? phone(lines, floor, start) ?? disclaimer(lines, floor, start) ?? footer(lines, floor, start) ?? delimited(lines, floor, start)
    if (next === null) break
    start = next
  }
  return start
}

function marked(lines: Read[], floor: number, end: number): number | null {
  let start = end
  while (start > floor && end - start < 6 * MOST_LINES && (lines[start - 1]!.mark === 'signature' || lines[start - 1]!.blank)) start--
  if (start > floor && lines[start - 1]!.mark === 'signature') return null
  while (start < end && lines[start]!.mark !== 'signature') start++
  if (start === end || lines.slice(start, end).every(({ blank }) => blank)) return null
  if (lines.slice(start, end).filter(({ blank }) => !blank).length > 2 * MOST_LINES) return null
  return start
}

function phone(lines: Read[], floor: number, end: number): number | null {
  for (let at = end - 1; at >= floor && at >= end - 3; at--) {
    const line = lines[at]!
    if (line.blank || line.quoted || line.bare.length > 150) break
    if (getApp.test(line.bare) || somebodyFrom.test(line.bare) || sentFrom.test(line.bare) && (thing.test(line.bare) || mine.test(line.bare) && line.bare.length < 50)) return at
    if (!/^[<(\[]?https?:\/\/\S+$/.test(line.bare) && !/^(?:on|from|via)\b/i.test(line.bare)) break
  }
  const last = lines[end - 1]
  return last && !last.quoted && last.bare.length < 60 && /(?:から送信|에서 보냄|gönderildi)\.?$/u.test(last.bare) ? end - 1 : null
}

/** The last paragraph, where it is in the language of lawyers or of virus scanners. */
function disclaimer(lines: Read[], floor: number, end: number): number | null {
  let start = end
  let words = ''
  while (start > floor && !lines[start - 1]!.blank && !lines[start - 1]!.quoted && end - start < 40) words = lines[--start]!.bare + ' ' + words
  if (start === end) return null
  if (words.length < 400 && scanned.test(words)) return start
  if (words.length < 80 || !aboutMail.test(words)) return null
  return legal.filter((term) => term.test(words)).length >= 3 ? start : null
}

function footer(lines: Read[], floor: number, end: number): number | null {
  let said = false
  let where = false
  for (let at = end - 1, seen = 0; at >= floor && seen < 9 && at > end - 3 * MOST_LINES; at--) {
    const line = lines[at]!
    if (line.blank) continue
    if (isRule(line) || /^_{2,}$/.test(line.bare) || /^_{2,}$|^-{2,}$/.test(line.text.trim())) return said && where ? at : null
    if (line.quoted) return null
    seen++
    said ||= listFooter.test(line.bare)
    where ||= address.test(line.bare)
  }
  return null
}

function delimited(lines: Read[], floor: number, end: number): number | null {
  for (let at = end - 1, seen = 0; at >= floor && seen <= MOST_LINES && at > end - 3 * MOST_LINES; at--) {
    const line = lines[at]!
    if (line.quoted) return null
    // Below a signature that is marked as one, somebody wrote on.
    if (line.mark === 'signature' && lines.slice(at + 1, end).some(({ blank, mark: own }) => !blank && own !== 'signature')) return null
    const found = marks.find(([form]) => form.test(line.text))
    if (found) return seen <= found[1] ? at : null
    if (!line.blank) seen++
  }
  return null
}
