import t from 'tap'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from '../../../connectors/email/parse.ts'
import { fold, linesOf } from '../../../connectors/email/quotes/fold.ts'
import { linesOfHtml, textOfHtml } from '../../../connectors/email/text.ts'
import type { Context, IncomingMessage } from '../../../src/connector.ts'

const corpora = process.env['KINBOX_CORPORA'] ?? join(import.meta.dirname, '../../../../shared/corpora')
const context: Context = { own: [], region: null, folder: { name: 'INBOX', role: 'inbox' }, authserv: null, at: 0 }
const plain = (text: string) => fold(linesOf(text))

t.test('plain text', async (t) => {
  const cases: [string, string, string, string?][] = [
    ['nothing to fold', 'Hello\n\nAlice', 'Hello\n\nAlice'],
    ['a reply on top', 'Yes\n\nOn 2 March 2026 Ada wrote:\n> Go?\n', 'Yes', 'On 2 March 2026 Ada wrote:\n> Go?'],
    ['right below the answer', 'Yes\nOn 2 March 2026 Ada wrote:\n> Go?', 'Yes', 'On 2 March 2026 Ada wrote:\n> Go?'],
    ['over three lines', 'Yes\n\nOn 2 March 2026 at 12:00, Ada Example\n<ada@example.org>\nwrote:\n\n> Go?', 'Yes', 'On 2 March 2026 at 12:00, Ada Example\n<ada@example.org>\nwrote:\n\n> Go?'],
    ['an address torn apart', 'Yes\n\nOn 2 March 2026 at 12:00, Ada <ada@example.org\n>:\n\n> Go?', 'Yes', 'On 2 March 2026 at 12:00, Ada <ada@example.org\n>:\n\n> Go?'],
    ['without quote marks', 'Yes\n\nOn 2 March 2026 at 12:00, Ada <ada@example.org> wrote:\n\nGo?', 'Yes', 'On 2 March 2026 at 12:00, Ada <ada@example.org> wrote:\n\nGo?'],
    ['the introduction inside the quote', 'Yes\n\n> On 2 March 2026, at 12:00, Ada <ada@example.org> wrote:\n>\n> Go?', 'Yes', '> On 2 March 2026, at 12:00, Ada <ada@example.org> wrote:\n>\n> Go?'],
    ['bars for quote marks', 'Yes\n\n2026/3/2 Ada <ada@example.org>\n\n| Go?\n| Now?', 'Yes', '2026/3/2 Ada <ada@example.org>\n\n| Go?\n| Now?'],
    ['a quote with lines torn off', `Yes\n\nOn 2 March 2026 Ada wrote:\n> ${'word '.repeat(13)}and on\nit goes here\n> Go?`, 'Yes', `On 2 March 2026 Ada wrote:\n> ${'word '.repeat(13)}and on\nit goes here\n> Go?`],
    ['a copied head', 'Yes\n\nFrom: Ada\nSent: Monday, 2 March 2026 12:00\nTo: Alice\nSubject: Sunday\n\nGo?', 'Yes', 'From: Ada\nSent: Monday, 2 March 2026 12:00\nTo: Alice\nSubject: Sunday\n\nGo?'],
    ['under a rule', 'Yes\n\n________________________________\nFrom: Ada <ada@example.org>\nTo: Alice\n\nGo?', 'Yes', '________________________________\nFrom: Ada <ada@example.org>\nTo: Alice\n\nGo?'],
    ['in stars', 'Yes\n\n*From:* Ada\n*Date:* 2 March 2026\n*Subject:* Sunday\n\nGo?', 'Yes', '*From:* Ada\n*Date:* 2 March 2026\n*Subject:* Sunday\n\nGo?'],
    ['under its own words', 'Yes\n\n-----Original Message-----\nGo?', 'Yes', '-----Original Message-----\nGo?'],
    ['quote and signature', 'Yes\n\nOn 2 March 2026 Ada wrote:\n> Go?\n\n-- \nAlice', 'Yes', 'On 2 March 2026 Ada wrote:\n> Go?\n\n-- \nAlice'],
    ['signature and quote', 'Yes\n\n-- \nAlice\n\nOn 2 March 2026 Ada wrote:\n> Go?', 'Yes', '-- \nAlice\n\nOn 2 March 2026 Ada wrote:\n> Go?'],
    ['a signature', 'Yes\n-- \nAlice', 'Yes', '-- \nAlice'],
    ['a phone', 'Yes\n\nSent from my iPhone', 'Yes', 'Sent from my iPhone'],
    ['a program with its address', 'Yes\n\nGet Outlook for Android<https://example.org/x>', 'Yes', 'Get Outlook for Android<https://example.org/x>'],
    ['the footer of a list', 'Yes\n\n_______________________________________________\nhikers mailing list\nhikers@example.org\nhttps://example.org/mailman/listinfo/hikers', 'Yes', '_______________________________________________\nhikers mailing list\nhikers@example.org\nhttps://example.org/mailman/listinfo/hikers'],
    ['a disclaimer', 'Yes\n\nThis e-mail is confidential and for the intended recipient only. If you have received it in error, please notify us and delete it.', 'Yes', 'This e-mail is confidential and for the intended recipient only. If you have received it in error, please notify us and delete it.'],
    ['a disclaimer in German', 'Ja\n\nDiese E-Mail ist vertraulich und nur für den Empfänger bestimmt. Haben Sie sie irrtümlich erhalten, so löschen Sie sie bitte.', 'Ja', 'Diese E-Mail ist vertraulich und nur für den Empfänger bestimmt. Haben Sie sie irrtümlich erhalten, so löschen Sie sie bitte.'],
    ['a name before each mark', 'Yes\n\nOn Monday, 2 March 2026, 12:00, you wrote:\n\nAE> Go?\nAE> Now?', 'Yes', 'On Monday, 2 March 2026, 12:00, you wrote:\n\nAE> Go?\nAE> Now?'],
    ['a head over a copy that begins with a quote', 'Yes\n\nFrom: Ada <ada@example.org>\nSubject: Sunday\nDate: 2 March 2026\n\n> When?\nAt nine.', 'Yes', 'From: Ada <ada@example.org>\nSubject: Sunday\nDate: 2 March 2026\n\n> When?\nAt nine.'],
    ['quotes that say nothing', '> On 2 March 2026 at 12:00, Ada <ada@example.org> wrote:\n>\n>> On 1 March 2026 at 12:00, Alice <alice@friend.example>\n>> wrote:\n>>', '', '> On 2 March 2026 at 12:00, Ada <ada@example.org> wrote:\n>\n>> On 1 March 2026 at 12:00, Alice <alice@friend.example>\n>> wrote:\n>>'],
    ['below answers, what nobody answers', '> Go?\nYes\n\n> When?\nAt nine\n\n> Bye', '> Go?\nYes\n\n> When?\nAt nine', '> Bye']
  ]
  for (const [name, text, shown, quoted] of cases) t.same(plain(text), { text: shown, ...(quoted && { quoted }) }, name)
})

t.test('what stays in sight', async (t) => {
  const cases: [string, string][] = [
    ['an answer below a bare quote', '> Go?\nYes'],
    ['answers between quotes keep them', 'On 2 March 2026 Ada wrote:\n> Go?\nYes\n> When?\nAt nine'],
    ['answers between quotes with names before the mark', 'Hi,\n\nOn Monday, 2 March 2026, 12:00, you wrote:\n\nAda> Go?\n\nYes\n\nAda> When?\n\nAt nine'],
    ['prompts', 'I typed on 2 March 2026:\n\nftp> get\nftp> bye'],
    ['answers below a piece left out', 'Hi,\n\nOn 2 March 2026 12:00 Ada <ada@example.org> wrote:\n\n<snip>\n\n> Go?\n\nYes\n\n> When?\n\nAt nine'],
    ['answers between quotes under a head', 'Hello Ada,\n\nFrom: Ada <ada@example.org>\nSubject: Sunday\nDate: Mon, 2 Mar 2026 12:00:00 +0100\n> Go?\n\nYes\n\n> When?\n\nAt nine'],
    ['what somebody wrote that goes on', 'Hello,\n\n2.4.25 runs on it since 10:30 (see /x). In fact I wrote a simple program that just does\nthis:\n\nwait'],
    ['text above and below a quote', 'Let me quote what I mean here.\n\nOn 2 March 2026 Ada wrote:\n> Go?\n\nThat was it, and I still think so.'],
    ['a quote without an introduction may be the point', 'As they say:\n> Mountains'],
    ['handed on', 'See below\n\nBegin forwarded message:\n> Important'],
    ['handed on between dashes', 'See below\n\n---------- Forwarded message ----------\nFrom: Ada\nDate: 2 March 2026\nSubject: Sunday\nTo: Alice\n\nGo?'],
    ['handed on in German', 'Siehe unten\n\n-------- Weitergeleitete Nachricht --------\nVon: Ada\nBetreff: Sonntag\nDatum: 2. März 2026\n\nLos?'],
    ['a mail that begins with another', 'From: Ada\nSent: 2 March 2026\nTo: Alice\nSubject: Sunday\n\nGo?'],
    ['quote alone', 'On 2 March 2026 Ada wrote:\n> Go?'],
    ['a quote in a quote', '> On 2 March 2026 at 12:00, Ada <ada@example.org> wrote:\n>> Go?'],
    ['a signature alone', '-- \nAlice'],
    ['a long end is no signature', `Yes\n-- \n${'line\n'.repeat(20).trimEnd()}`],
    ['a dashed line', 'Yes\n---\nNo'],
    ['a name', 'Yes\n\n-Alice'],
    ['a table', 'Costs\n\nName | Price\n-----------------\nRope | 20\nBread | 3'],
    ['one bar', 'a\n| b\nc'],
    ['times', 'The trains:\n\n2026-03-02 12:00\n2026/03/02 13:00\nMar 2, 2026 at 14:00\n\nAny of them.'],
    ['what somebody said', 'On Sunday Ada wrote to me that she comes.\n\nOn the other hand, she wrote: maybe.\n\nWe shall see.'],
    ['one word of a head', 'From: my point of view\n\nit is fine.'],
    ['two words of a head', 'To: do\nFrom: now on\n\nlet us climb.'],
    ['sent from somewhere else', 'Yes\n\nSent from the office before lunch, back at ten'],
    ['code', 'See\n\n```\nFrom: a\nTo: b\nSubject: c\nDate: 1 May 2026\n```\n\nDoes it work?'],
    ['a person who asks for discretion', 'Please keep this message confidential, it is a surprise for Bob and he must not know about the party.']
  ]
  for (const [name, text] of cases) t.same(plain(text), { text }, name)
  t.same(fold(linesOf('See below\n\nFrom: Ada\nSent: 2 March 2026\nTo: Alice\nSubject: Sunday\n\nGo?'), { handsOn: true }).quoted, undefined, 'a subject that says so')
})

t.test('an answer below a whole quote: the quote is folded, the original keeps its order', async (t) => {
  const text = 'Hi,\n\nOn 2 March 2026 Ada wrote:\n> Go?\n> Now?\n\nYes.\nAt nine.\n\n> Ada\n\n-- \nAlice'
  for (const quote of ['Ada wrote on 2 March 2026:\n[...]\n> Go?', 'From: Ada <ada@example.org>\nSubject: Sunday\nDate: Mon, 2 Mar 2026 12:00:00 +0100\n> Go?']) {
    t.same(plain(`${quote}\n\nYes`), { text: 'Yes', quoted: quote, original: `${quote}\n\nYes` })
  }
  t.same(plain(text), { text: 'Hi,\n\nYes.\nAt nine.', quoted: 'On 2 March 2026 Ada wrote:\n> Go?\n> Now?\n\n> Ada\n\n-- \nAlice', original: text })
})

t.test('in every language', async (t) => {
  const introductions = [
    'On Mon, 2 Mar 2026 at 12:00, Ada <ada@example.org> wrote:', 'On Mar 2, 2026, at 12:00 PM, Ada <ada@example.org> wrote:',
    'Am 02.03.2026 um 12:00 schrieb Ada <ada@example.org>:', 'Am Mo., 2. März 2026 um 12:00 Uhr schrieb Ada <ada@example.org>:',
    'Le lun. 2 mars 2026 à 12:00, Ada <ada@example.org> a écrit :', 'Le 02/03/2026 à 12:00, Ada a écrit :',
    'El lun, 2 mar 2026 a las 12:00, Ada (<ada@example.org>) escribió:', 'El 2/3/26 a las 12:00, Ada escribió:',
    'Il giorno lun 2 mar 2026 alle ore 12:00 Ada <ada@example.org> ha scritto:', 'Il 02/03/26 12:00, Ada ha scritto:',
    'Em seg., 2 de mar. de 2026 às 12:00, Ada <ada@example.org> escreveu:', 'Em 02/03/2026 12:00, Ada escreveu:',
    'Op ma 2 mrt 2026 om 12:00 schreef Ada <ada@example.org>:', 'Op 2 mrt. 2026 12:00 schreef "Ada" <ada@example.org> het volgende geschreven:',
    'pon., 2 mar 2026 o 12:00 Ada <ada@example.org> napisał(a):', 'W dniu 02.03.2026 o 12:00, Ada pisze:', 'Dnia 2 marca 2026 12:00 Ada <ada@example.org> napisała:',
    'Den mån 2 mars 2026 kl 12:00 skrev Ada <ada@example.org>:', '2 mars 2026 kl. 12:00 skrev Ada <ada@example.org>:',
    'Den man. 2. mar. 2026 kl. 12.00 skrev Ada <ada@example.org>:', 'man. 2. mars 2026 kl. 12:00 skrev Ada <ada@example.org>:',
    'ma 2. maalisk. 2026 klo 12.00 Ada (ada@example.org) kirjoitti:',
    'пн, 2 мар. 2026 г. в 12:00, Ada <ada@example.org>:', '2 марта 2026 г., в 12:00, Ada <ada@example.org> написал(а):', '02.03.2026 12:00, Ada пишет:',
    'пн, 2 бер. 2026 р. о 12:00 Ada <ada@example.org> пише:',
    '2026年3月2日 12:00，Ada <ada@example.org> 写道：', '在 2026年3月2日，12:00，Ada <ada@example.org> 写道：', 'Ada <ada@example.org> 於 2026年3月2日 週一 下午12:00寫道：',
    '2026年3月2日(月) 12:00 Ada <ada@example.org>:', '2026/03/02 12:00、Ada <ada@example.org>のメール:',
    '2026년 3월 2일 (월) 오후 12:00, Ada <ada@example.org>님이 작성:',
    'po 2. 3. 2026 v 12:00 odesílatel Ada <ada@example.org> napsal:', 'Ada <ada@example.org> ezt írta (időpont: 2026. márc. 2., H, 12:00):'
  ]
  for (const line of introductions) {
    t.equal(plain(`12345\n\n${line}\n\n> 678\n`).text, '12345', line)
  }
  const heads = [
    ['From', 'Sent', 'To', 'Subject'], ['Von', 'Gesendet', 'An', 'Betreff'], ['De', 'Envoyé', 'À', 'Objet'], ['De', 'Enviado el', 'Para', 'Asunto'], ['Da', 'Inviato', 'A', 'Oggetto'],
    ['De', 'Enviada em', 'Para', 'Assunto'], ['Van', 'Verzonden', 'Aan', 'Onderwerp'], ['Od', 'Wysłano', 'Do', 'Temat'], ['Från', 'Skickat', 'Till', 'Ämne'], ['Fra', 'Sendt', 'Til', 'Emne'],
    ['Lähettäjä', 'Lähetetty', 'Vastaanottaja', 'Aihe'], ['От', 'Отправлено', 'Кому', 'Тема'], ['Від', 'Надіслано', 'Кому', 'Тема'], ['发件人', '发送时间', '收件人', '主题'], ['寄件者', '寄件日期', '收件者', '主旨'],
    ['差出人', '送信日時', '宛先', '件名'], ['보낸 사람', '보낸 날짜', '받는 사람', '제목'], ['Od', 'Odesláno', 'Komu', 'Předmět'], ['Feladó', 'Küldve', 'Címzett', 'Tárgy'], ['Kimden', 'Gönderildi', 'Kime', 'Konu'], ['Από', 'Στάλθηκε', 'Προς', 'Θέμα']
  ]
  for (const [from = '', date, to, subject] of heads) {
    t.equal(plain(`12345\n\n${from}: Ada\n${date}: 2.3.2026 12:00\n${to}: Alice\n${subject}: 9\n\n678`).text, '12345', from)
    t.equal(plain(`12345\n\n${from}：Ada\n${subject}：9\n${date}：2.3.2026\n\n678`).text, '12345', `${from}, in another order`)
  }
  for (const words of ['Ursprüngliche Nachricht', "Message d'origine", 'Mensaje original', 'Messaggio originale', 'Mensagem original', 'Oorspronkelijk bericht', 'Oryginalna wiadomość', 'Ursprungligt meddelande', 'Oprindelig meddelelse', 'Opprinnelig melding', 'Alkuperäinen viesti', 'Исходное сообщение', '原始邮件', '元のメッセージ']) {
    t.equal(plain(`12345\n\n-------- ${words} --------\n678`).text, '12345', words)
  }
  for (const words of ['Von meinem iPhone gesendet', 'Envoyé de mon iPhone', 'Enviado desde mi iPhone', 'Inviato da iPhone', 'Enviado do meu iPhone', 'Verstuurd vanaf mijn iPhone', 'Wysłane z iPhone’a', 'Skickat från min iPhone', 'Sendt fra min iPhone', 'Lähetetty iPhonesta', 'Отправлено с iPhone', '发自我的iPhone', '從我的 iPhone 傳送', 'iPhoneから送信', '나의 iPhone에서 보냄']) {
    t.same(plain(`12345\n\n${words}`), { text: '12345', quoted: words }, words)
  }
})

t.test('HTML, by what mail programs mark', async (t) => {
  const cases: [string, string][] = [
    ['Gmail', '<div dir="ltr">Yes</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Xx 2026 Ada &lt;<a href="mailto:ada@example.org">ada@example.org</a>&gt; xxx:<br></div><blockquote class="gmail_quote">Go?</blockquote></div>'],
    ['Gmail with a signature', '<div>Yes</div><div class="gmail_quote"><div class="gmail_attr">Xx:</div><blockquote class="gmail_quote">Go?</blockquote></div><br>-- <br><div class="gmail_signature">Alice<br>Rope Ltd</div>'],
    ['Outlook on the web', '<div>Yes</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Xx:</b> Ada<br><b>Yy:</b> 2026</div><div>Go?</div>'],
    ['Outlook for Mac', '<div>Yes</div><span id="OLK_SRC_BODY_SECTION"><div>Go?</div></span>'],
    ['Outlook', '<div class="WordSection1"><p class="MsoNormal">Yes<o:p></o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>From:</b> Ada<br><b>Sent:</b> 2 March 2026<br><b>To:</b> Alice<br><b>Subject:</b> Sunday</p></div><p class="MsoNormal">Go?</p></div>'],
    ['Apple Mail', '<div>Yes</div><div><br><blockquote type="cite"><div>On 2 Mar 2026, at 12:00, Ada &lt;ada@example.org&gt; wrote:</div><br><div>Go?</div></blockquote></div>'],
    ['Thunderbird', 'Yes<br><div class="moz-cite-prefix">Xx 2026 Ada:<br></div><blockquote type="cite" cite="mid:1@example.org"><p>Go?</p></blockquote><pre class="moz-signature" cols="72">-- \nAlice</pre>'],
    ['Yahoo', '<div>Yes</div><div id="ydp1yahoo_quoted_1" class="ydp1yahoo_quoted"><div>On Monday, 2 March 2026, Ada wrote:</div><div>Go?</div></div>'],
    ['Proton', '<div>Yes</div><div class="protonmail_signature_block">Sent with Proton Mail.</div><div class="protonmail_quote">On Monday Ada wrote:<br><blockquote class="protonmail_quote" type="cite">Go?</blockquote></div>'],
    ['GMX', '<div>Yes</div><div name="quote"><div>Von: Ada</div><div>Go?</div></div>']
  ]
  for (const [name, html] of cases) {
    const { text, quoted } = fold(linesOfHtml(`<html><body>${html}</body></html>`))
    t.same([text, /Go\?/.test(quoted ?? '')], ['Yes', true], name)
  }
  const kept: [string, string][] = [
    ['somebody\'s own quote', '<p>As they say</p><blockquote>Mountains</blockquote>'],
    ['a Gmail forward', '<div>See below</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: Ada<br>Date: 2 March 2026<br>Subject: Sunday<br>To: Alice</div><div>Go?</div></div>'],
    ['text below a signature', '<div>Yes</div><div class="gmail_signature">Alice</div><div>By the way, Bob comes, too.</div>']
  ]
  for (const [name, html] of kept) t.equal(fold(linesOfHtml(html)).quoted, undefined, name)
})

t.test('HTML as text', async (t) => {
  const cases: [string, string, string][] = [
    ['paragraphs', '<p>a</p><p>b<br>c</p>', 'a\n\nb\nc'],
    ['lines of Outlook', '<p class="MsoNormal">a</p><p class="MsoNormal">b</p>', 'a\nb'],
    ['white space', '<div> a\n  <b>b</b> c </div>\n <div>d&nbsp; e</div>', 'a b c\nd e'],
    ['lists', '<ul><li>a<li>b<ul><li>c</ul></ul><ol start="3"><li>d</li></ol>', '- a\n- b\n\n  - c\n\n3. d'],
    ['links', '<a href="https://a.example/">a.example</a> <a href="https://b.example/x">b</a> <a href="#c">c</a> <a href="mailto:d@friend.example">d</a> <a href="javascript:e">e</a>', 'a.example b (https://b.example/x) c d e'],
    ['a table', '<table><tr><td>a</td><td>b</td></tr><tr><td>c<td>d</table>', 'a b\nc d'],
    ['quotes', '<p>a</p><blockquote><p>b</p><blockquote>c</blockquote></blockquote>d', 'a\n\n> b\n>\n> > c\n\nd'],
    ['what is not seen', '<head><title>x</title><style>x</style></head><div style="display:none">x</div><script>x</script><!-- x -->a<img alt="x">', 'a'],
    ['as it is written', '<pre>a\n  b</pre>', 'a\n  b'],
    ['entities', '&lt;b&gt; &amp;amp; &euro;&#8364;&#x20ac;', '<b> &amp; €€€'],
    ['damage', '</p></div><b>a</i></b><div <p>b', 'a\nb'],
    ['nothing', '', '']
  ]
  for (const [name, html, text] of cases) t.equal(textOfHtml(html), text, name)
})

t.test('nothing is lost: every line is shown or folded, once', async (t) => {
  const pieces = ['Yes', '', '> Go?', '>> Now?', 'On 2 March 2026 at 12:00, Ada <ada@example.org> wrote:', '-- ', 'Alice', '-----Original Message-----', 'From: Ada', 'Sent: 2 March 2026', 'To: Alice', 'Subject: Sunday', 'Sent from my iPhone', '________________', 'hikers mailing list https://example.org/', '```', '---------- Forwarded message ----------', '| a']
  let seed = 7
  const next = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below
  for (let round = 0; round < 2000; round++) {
    const text = Array.from({ length: 1 + next(14) }, () => pieces[next(pieces.length)]!).join('\n')
    const folded = plain(text)
    const words = (from: string) => from.split('\n').map((line) => line.trim()).filter((line) => line !== '')
    const both = [...words(folded.text), ...words(folded.quoted ?? '')]
    if (JSON.stringify(both.toSorted()) !== JSON.stringify(words(text).sort()) || words(text).length > 0 && folded.text.trim() === '') return t.fail(JSON.stringify({ text, folded }))
    const whole = folded.original ?? [folded.text, folded.quoted].filter((part) => part !== undefined).join('\n')
    if (words(whole).join('\n') !== words(text).join('\n')) return t.fail(JSON.stringify({ text, whole }))
  }
})

/**
 * Replies whose collection wants what Kinbox promises not to do, with what is promised in its place: what is handed on stays in sight (the collection's own
 * guards want that, too), signatures and what a phone signs are folded, quotes between answers stay, and what somebody wrote stays, above a quote or below it.
 */
const otherwise: Record<string, (message: IncomingMessage) => boolean> = {
  'discourse/forwarded_gmail': ({ text, quoted }) => quoted === undefined && /^-+ Forwarded message -+$/m.test(text),
  'talon-std/iphone': ({ text, quoted }) => !/Sent from my/.test(text) && /^Sent from my/.test(quoted ?? ''),
  'talon-std/sparrow': ({ text, quoted }) => !/^-- $/m.test(text) && /^-- $/m.test(quoted ?? ''),
  'mailspring/email_19': ({ text, quoted }) => !/Sent from/.test(text) && /^Sent from/.test(quoted ?? ''),
  'crisp/test_tricky_quote_without_header': ({ text, quoted }) => quoted === undefined && text.match(/^>/gm)!.length === 5,
  'discourse/embedded_email_1': ({ text }) => /^This is after the embedded email/m.test(text),
  'crisp/test_tricky_multiple_dashes': ({ text, quoted }) => quoted === undefined && text.match(/^----$/gm)!.length === 2
}

const without = existsSync(join(corpora, 'quotes.jsonl')) ? {} : { skip: 'KINBOX_CORPORA: no folder of real replies' }

t.test('replies of others', without, async (t) => {
  type Case = { id: string, eml: string, match: string, visible?: string, visible_html?: string, must_contain?: string[], must_not_contain?: string[], guard: boolean }
  const lined = (text: string) => text.split('\n').map((line) => line.replace(/\s+/g, ' ').trim()).filter((line) => line !== '').join('\n')
  const solid = (text: string) => text.replace(/\s+/g, '')
  const halves: [number, number][] = [[0, 0], [0, 0]]
  const other = new Set<string>()
  for (const one of readFileSync(join(corpora, 'quotes.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Case)) {
    const [message] = await parse(readFileSync(join(corpora, one.eml)), context) as [IncomingMessage]
    const right = one.match === 'lines_ws' ? lined(message.text) === lined(one.visible!)
      : one.match === 'nows' ? solid(message.text) === solid(one.visible!)
      : one.match === 'text_of_html' ? solid(message.text) === solid(textOfHtml(one.visible_html!))
      : one.must_contain!.every((part) => lined(message.text).includes(lined(part))) && !one.must_not_contain!.some((part) => lined(message.text).includes(lined(part)))
    if (one.guard) t.equal(right || message.quoted === undefined, true, `stripped: ${one.id}`)
    else if (Object.hasOwn(otherwise, one.id)) {
      other.add(one.id)
      t.equal(otherwise[one.id]!(message), true, `${one.id} holds what is promised`)
    }
    else {
      const half = halves[Number(BigInt('0x' + createHash('sha256').update(one.id).digest('hex')) % 2n)]!
      half[1]++
      if (right) half[0]++
    }
  }
  t.equal(other.size, Object.keys(otherwise).length)
  const [right, all] = [halves[0]![0] + halves[1]![0], halves[0]![1] + halves[1]![1]]
  const said = `${right} of ${all}; looked at ${halves[0]!.join('/')}, held out ${halves[1]!.join('/')}; with those that are promised otherwise, ${right} of ${all + other.size}`
  t.comment(said)
  t.equal(right / all >= 0.95, true, said)
})
