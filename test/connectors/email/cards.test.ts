import t from 'tap'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readContacts } from '../../../connectors/email/contact-card.ts'
import { parse } from '../../../connectors/email/parse.ts'
import { readCalendar } from '../../../connectors/email/calendar.ts'
import { signedContent } from '../../../connectors/email/signed-content.ts'
import { sealedBy } from '../../../connectors/email/smime.ts'
import { freezeMail } from '../../../connectors/email/compose.ts'
import type { FrozenMail } from '../../../connectors/email/compose.ts'
import { answerable, invitationReply } from '../../../src/content/invitation-reply.ts'
import type { Context, IncomingMessage, InvitationCard, SealCard } from '../../../src/connector.ts'
import { repeatWords, whenWords } from '../../../web/src/message/cards/when.ts'

const context: Context = { own: [{ kind: 'email', address: 'ada@example.org' }], region: null, folder: { name: 'INBOX', role: 'inbox' }, authserv: null, at: 0 }
const head = 'From: alice@friend.example\nTo: ada@example.org\nSubject: Trip\n'

async function read(mail: string): Promise<IncomingMessage> {
  const [message] = await parse(Buffer.from(mail), context)
  if (message?.type !== 'message') throw new Error('a mail is a message')
  return message
}

const calendar = (lines: string, method = 'REQUEST') => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${method ? `METHOD:${method}\r\n` : ''}BEGIN:VEVENT\r\nUID:trip-1@friend.example\r\nDTSTAMP:20260301T100000Z\r\n${lines.replaceAll('\n', '\r\n')}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`
const people = 'ORGANIZER;CN=Alice:mailto:alice@friend.example\nATTENDEE;PARTSTAT=NEEDS-ACTION;CN="Ada, L.":mailto:Ada@Example.org\nATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@friend.example'
const trip = calendar(`SUMMARY:To the mountains\\, all of us\nDTSTART;TZID=Europe/Berlin:20260704T090000\nDTEND;TZID=Europe/Berlin:20260704T180000\nLOCATION:The station\nSEQUENCE:2\nRRULE:FREQ=WEEKLY;BYDAY=SA;COUNT=4\n${people}`)

t.test('an invitation', async (t) => {
  const message = await read(`${head}Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nCome along\n--b\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\n\n${trip}\n--b--\n`)
  t.match(message, {
    text: 'Come along',
    cards: [{
      type: 'invitation', method: 'request', uid: 'trip-1@friend.example', sequence: 2, title: 'To the mountains, all of us', start: '2026-07-04T09:00:00+02:00', end: '2026-07-04T18:00:00+02:00', allDay: false, zone: 'Europe/Berlin', place: 'The station',
      organizer: { address: 'alice@friend.example', name: 'Alice' }, attendees: [{ address: 'ada@example.org', name: 'Ada, L.', answer: 'unknown' }, { address: 'bob@friend.example', answer: 'accepted' }], you: 'ada@example.org',
      repeats: { unit: 'week', every: 1, days: ['sa'], count: 4 }
    }]
  })
  t.equal(message.attachments[0]?.contentType, 'text/calendar', 'its file is there, too')
})

t.test('what is said by its method', async (t) => {
  const plain = 'SUMMARY:Trip\nDTSTART:20260704T090000Z'
  for (const [method, expected] of [['CANCEL', 'cancel'], ['REPLY', 'reply'], ['COUNTER', 'counter'], ['PUBLISH', 'publish'], ['', 'publish'], ['NONSENSE', 'publish']] as const) t.match(readCalendar(calendar(plain, method), undefined), [{ method: expected }], method)
  t.match(readCalendar(calendar(plain, ''), 'request'), [{ method: 'request' }], 'by the part that carries it')
  t.match(readCalendar(calendar(plain + '\nSTATUS:CANCELLED'), undefined), [{ method: 'cancel' }])
})

t.test('times', async (t) => {
  const cases: [lines: string, start: string, end: string | undefined][] = [
    ['DTSTART:20260704T090000Z\nDURATION:PT90M', '2026-07-04T09:00:00Z', '2026-07-04T10:30:00Z'],
    ['DTSTART;VALUE=DATE:20260704\nDTEND;VALUE=DATE:20260706', '2026-07-04', '2026-07-06'],
    ['DTSTART:20260704T090000', '2026-07-04T09:00:00', undefined],
    ['DTSTART;TZID=Europe/Berlin:20260104T090000', '2026-01-04T09:00:00+01:00', undefined],
    ['DTSTART;TZID=Nowhere:20260104T090000', '2026-01-04T09:00:00', undefined],
    ['DTSTART:20260704T090000Z\nDTEND:20260703T090000Z', '2026-07-04T09:00:00Z', undefined]
  ]
  for (const [lines, start, end] of cases) {
    const [card] = readCalendar(calendar(lines), undefined)
    t.same([card?.start, card?.end], [start, end], lines)
  }
  const zone = 'BEGIN:VTIMEZONE\r\nTZID:Own Zone\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0330\r\nTZOFFSETTO:+0330\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n'
  t.match(readCalendar(calendar('DTSTART;TZID=Own Zone:20260104T090000').replace('BEGIN:VEVENT', zone + 'BEGIN:VEVENT'), undefined), [{ start: '2026-01-04T09:00:00+03:30' }], 'by the rules that the file brings along')
  t.same(readCalendar(calendar('SUMMARY:no time'), undefined), [])
  t.throws(() => readCalendar('nothing', undefined))
})

t.test('a damaged calendar is a file', async (t) => {
  const message = await read(`${head}Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n--b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\nnonsense\n--b--\n`)
  t.same([message.text, message.cards, message.attachments.length], ['Hello', undefined, 1])
})

t.test('the answer', async (t) => {
  const [read] = readCalendar(trip, undefined)
  const card: InvitationCard = { ...read!, you: 'ada@example.org' }
  t.equal(answerable(card), true)
  for (const not of [{ method: 'cancel' }, { you: 'alice@friend.example' }] satisfies Partial<InvitationCard>[]) t.equal(answerable({ ...card, ...not }), false, JSON.stringify(not))
  const answer = invitationReply(card, 'tentative', 'Ada "L."', Date.UTC(2026, 2, 2, 12))
  t.match(readCalendar(answer, undefined), [{ method: 'reply', uid: card.uid, sequence: 2, title: card.title, start: card.start, organizer: { address: 'alice@friend.example' }, attendees: [{ address: 'ada@example.org', answer: 'tentative' }] }])
  t.equal(/bob@|LOCATION|RRULE/.test(answer), false, 'nobody else, and nothing else')
  t.equal(answer.split('\r\n').every((line) => Buffer.byteLength(line) <= 75), true)
  t.equal(/^DTSTAMP:20260302T120000Z$/m.test(answer.replaceAll('\r', '')), true)

  const frozen = (await freezeMail({
    type: 'send', attempt: 'a-1', from: { kind: 'email', address: 'ada@example.org' }, recipients: [{ kind: 'email', address: 'alice@friend.example', role: 'to' }], text: 'I come', references: [], at: 0,
    attachments: [{ name: 'reply.ics', contentType: 'text/calendar; method=REPLY; charset=utf-8', size: 10, path: '/nowhere' }]
  })).data as FrozenMail
  const written = frozen.segments.map((segment) => 'text' in segment ? segment.text : '').join('')
  t.match(written, /Content-Type: text\/calendar; method=REPLY; charset=utf-8/)
  t.equal(/Content-Disposition: attachment/.test(written), false)
})

t.test('when, in words', async (t) => {
  const space = (text: string) => text.replace(/\s/gu, ' ')
  t.equal(space(whenWords({ start: '2026-07-04T09:00:00+02:00', end: '2026-07-04T10:00:00+02:00', allDay: false }, 'en', 'UTC')), 'Saturday, July 4, 2026, 7:00 – 8:00 AM')
  t.equal(space(whenWords({ start: '2026-07-04', end: '2026-07-05', allDay: true }, 'en')), 'Saturday, July 4, 2026')
  t.equal(space(whenWords({ start: '2026-07-04T09:00:00', allDay: false }, 'en', 'Asia/Tokyo')), 'Saturday, July 4, 2026 at 9:00 AM', 'as written where no zone was said')
  const words = (key: string, values?: object) => `${key.replace('cards.repeats.', '')}${values ? JSON.stringify(values) : ''}`
  t.equal(repeatWords({ unit: 'month', every: 2, days: ['2tu', '-1fr', 'mo'], monthDays: [], months: [], until: '2026-12-01' }, 'en', words), 'month{"count":2} on{"days":"nth{\\"number\\":2,\\"day\\":\\"Tuesday\\"}, last{\\"day\\":\\"Friday\\"}, and Monday"} until{"day":"December 1, 2026"}')
})

t.test('contacts', async (t) => {
  const bob = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bob Example\r\nORG:Rope Ltd;Sales\r\nEMAIL;TYPE=work:Bob@Friend.example\r\nTEL;TYPE=cell:+49 151 12345678\r\nTEL:0151 999\r\nEND:VCARD\r\n'
  const message = await read(`${head}Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n--b\nContent-Type: text/vcard\nContent-Disposition: attachment; filename=bob.vcf\n\n${bob}\n--b--\n`)
  t.match(message.cards, [{ type: 'contact', name: 'Bob Example', organization: 'Rope Ltd Sales', addresses: [{ kind: 'email', address: 'bob@friend.example' }, { kind: 'phone', address: '+4915112345678' }] }])
  t.match(readContacts('BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gr=C3=BC;Bob\nTEL;CELL:+15005550100\nEND:VCARD'), [{ name: /Grü/, addresses: [{ address: '+15005550100' }] }], '2.1')
  t.same(readContacts('BEGIN:VCARD\nVERSION:3.0\nEND:VCARD'), [])
})

t.test('a mail within a mail', async (t) => {
  const message = await read(`${head}Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below\n--b\nContent-Type: message/rfc822\n\nFrom: Bob <bob@friend.example>\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\nDate: Mon, 2 Mar 2026 12:00:00 +0000\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nHello Alice\n--c\nContent-Type: image/png; name=a.png\n\nx\n--c--\n--b--\n`)
  t.match(message, { text: 'See below', cards: [{ type: 'message', from: 'Bob <bob@friend.example>', subject: 'Grüße', sentAt: Date.UTC(2026, 2, 2, 12), text: 'Hello Alice', files: ['a.png'] }], attachments: [{ name: 'Grüße.eml', contentType: 'message/rfc822' }, { name: 'a.png' }] })
  t.equal(message.attachments.length, 2)
})

t.test('signatures and encryption are told, and break no text', async (t) => {
  const signed = (type: string) => `${head}Content-Type: multipart/signed; protocol="${type}"; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello\n--b\nContent-Type: ${type}; name=s\n\nx\n--b--\n`
  t.match(await read(signed('application/pkcs7-signature')), { text: 'Hello', cards: [{ type: 'signed', by: 'smime', state: 'unchecked' }] })
  t.match(await read(signed('application/pgp-signature')), { text: 'Hello', cards: [{ type: 'signed', by: 'pgp', state: 'unchecked' }] })
  t.match(await read(`${head}Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\nx\n--b--\n`), { text: '', cards: [{ type: 'encrypted', by: 'pgp', state: 'unreadable' }] })
  t.match(await read(`${head}Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\neA==\n`), { cards: [{ type: 'encrypted', by: 'smime' }] })
  t.match(await read(`${head}Content-Type: multipart/mixed; boundary=b\n\n--b\n\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\nx\n--b--\n`), { text: '', cards: [{ type: 'encrypted', by: 'pgp', state: 'unreadable' }] }, 'a server on the way has made something else of it')
  const inline = '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n- -- \n- -dash\n-----BEGIN PGP SIGNATURE-----\n\nabc=\n-----END PGP SIGNATURE-----'
  const message = await read(`${head}\n${inline}\n`)
  t.match(message, { cards: [{ type: 'signed', by: 'pgp' }], original: inline, text: /^Hello/, quoted: /BEGIN PGP SIGNATURE[^]*END PGP SIGNATURE/ })
  t.equal(/PGP/.test(message.text), false)
  const half = await read(`${head}\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello, and no end\n`)
  t.match(half, { text: /Hello, and no end/ }, 'what is not plainly that stays as it is')
})

t.test('what is signed within a signature: cut off anywhere, it is a file', async (t) => {
  const whole = readFileSync(join(import.meta.dirname, 'fixtures/signed-within-pieces.eml'), 'latin1')
  const [, top = '', written = ''] = /^([^]*?\r\n\r\n)([^]*)$/.exec(whole) ?? []
  const bytes = Buffer.from(written, 'base64')
  t.equal(signedContent(bytes)?.toString().includes('Hello from within'), true)
  for (let length = 0; length < bytes.length; length++) if (signedContent(bytes.subarray(0, length)) !== null) return t.fail(`cut at ${length}`)
  t.match(await read(top + bytes.subarray(0, 100).toString('base64')), { text: '', cards: [{ type: 'signed' }], attachments: [{ name: 'smime.p7m' }] })
  t.equal(signedContent(Buffer.from('3080'.repeat(10_000), 'hex')), null)
})

t.test('a signature with its certificate: whether it fits, and whose it says that it is', async (t) => {
  const mailOf = (name: string) => readFileSync(join(import.meta.dirname, `fixtures/${name}.eml`), 'latin1')
  const sealOf = async (mail: string) => (await read(mail)).cards?.[0] as SealCard
  for (const name of ['signed-detached', 'signed-detached-pss', 'signed-within-certificate']) {
    const card = await sealOf(mailOf(name))
    t.match(card, { type: 'signed', by: 'smime', state: 'intact', signer: { name: 'Alice Example', addresses: ['alice@friend.example'], issuer: 'Rope Ltd' } }, name)
    t.ok(card.signer!.from < card.signer!.to)
  }
  for (const name of ['signed-detached', 'signed-detached-pss']) {
    const mail = mailOf(name)
    t.match(await sealOf(mail.replace(/\r?\n/g, '\n')), { state: 'intact' }, 'however lines end in a file')
    t.match(await sealOf(mail.replace('Hello, signed', 'Hello, sighed')), { state: 'changed', signer: { name: 'Alice Example' } })
    t.match(await sealOf(mail.replace('charset=utf-8', 'charset=utf-7')), { state: 'changed' }, 'the head of what is signed is signed, too')
  }
  const [, top = '', written = ''] = /^([^]*?\n\n)([^]*)$/.exec(mailOf('signed-within-certificate')) ?? []
  const bytes = Buffer.from(written, 'base64')
  const swapped = Buffer.from(bytes.toString('latin1').replace('Hello, signed', 'Hello, sighed'), 'latin1')
  t.match(await read(top + swapped.toString('base64')), { text: 'Hello, sighed.', cards: [{ state: 'changed' }] })
  const kinds = new Set<string>()
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes)
    damaged[at]! ^= 1
    const { state, signer } = sealedBy(damaged, null)
    // A certificate holds what this signature does not cover: whose it is, it says itself.
    if (state === 'intact' && signer?.name === 'Alice Example' && damaged.includes('Hello, signed.') === false) return t.fail(`at ${at}`)
    kinds.add(state)
  }
  t.same([...kinds].sort(), ['changed', 'intact', 'unchecked'])
  for (let length = 0; length < bytes.length; length += 7) t.equal(sealedBy(bytes.subarray(0, length), null).state, 'unchecked')
  t.match(await sealOf(mailOf('signed-detached').replace(/(?<=filename="smime\.p7s"\n\n)[^]*?(?=\n\n)/, 'eA==')), { state: 'unchecked' })
})
