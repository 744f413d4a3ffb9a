import t from 'tap'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from '../../../connectors/email/parse.ts'
import { isHard } from '../../../connectors/email/bounce-reason.ts'
import type { Context, Incoming, IncomingMessage, IncomingReceipt } from '../../../src/connector.ts'

const corpora = process.env['KINBOX_CORPORA'] ?? join(import.meta.dirname, '../../../../shared/corpora')
const context: Context = { own: [{ kind: 'email', address: 'ada@example.org' }], region: null, folder: { name: 'INBOX', role: 'inbox' }, authserv: null, at: 0 }
const mail = (head: string, body: string) => parse(Buffer.from(`${head}\nTo: ada@example.org\n\n${body}`), context)
const message = (incoming: Incoming[]) => incoming[0] as IncomingMessage
const receipts = (incoming: Incoming[]) => incoming.slice(1) as IncomingReceipt[]

const report = (fields: string, original = 'Message-ID: <out@example.org>\nTo: bob@friend.example\n') => mail(
  'From: Mail Delivery System <MAILER-DAEMON@mx.friend.example>\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b',
  `--b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.friend.example\n\n${fields}\n--b\nContent-Type: text/rfc822-headers\n\n${original}\n--b--\n`)

t.test('reports by the book (RFC 3464)', async (t) => {
  const cases: [string, string, { recipient: string, status: string, failed: boolean, hard: boolean }[]][] = [
    ['nobody has this address', 'Final-Recipient: rfc822; bob@friend.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n', [{ recipient: 'bob@friend.example', status: '5.1.1', failed: true, hard: true }]],
    ['full', 'Final-Recipient: rfc822; bob@friend.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox full\n', [{ recipient: 'bob@friend.example', status: '5.2.2', failed: true, hard: false }]],
    ['still tried', 'Final-Recipient: rfc822; bob@friend.example\nAction: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; connection timed out\n', [{ recipient: 'bob@friend.example', status: '4.4.1', failed: false, hard: false }]],
    ['given up', 'Final-Recipient: rfc822; bob@friend.example\nAction: failed\nStatus: 4.4.7\n', [{ recipient: 'bob@friend.example', status: '4.4.7', failed: true, hard: false }]],
    ['one of two arrived', 'Final-Recipient: rfc822; bob@friend.example\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; carol@friend.example\nAction: failed\nStatus: 5.1.1\n', [{ recipient: 'carol@friend.example', status: '5.1.1', failed: true, hard: true }]],
    ['two, each with its own', 'Final-Recipient: rfc822; bob@friend.example\nAction: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; carol@friend.example\nAction: failed\nStatus: 5.2.2\n', [{ recipient: 'bob@friend.example', status: '5.1.1', failed: true, hard: true }, { recipient: 'carol@friend.example', status: '5.2.2', failed: true, hard: false }]],
    ['the address that was written to, not where it went on to', 'Original-Recipient: rfc822; bob@friend.example\nFinal-Recipient: rfc822; b@elsewhere.example\nAction: failed\nStatus: 5.1.1\n', [{ recipient: 'bob@friend.example', status: '5.1.1', failed: true, hard: true }]],
    ['the other side\'s code, where the report has a general one', 'Final-Recipient: rfc822; bob@friend.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552\n  5.2.2 over quota\n', [{ recipient: 'bob@friend.example', status: '5.2.2', failed: true, hard: false }]]
  ]
  for (const [name, fields, expected] of cases) {
    const incoming = await report(fields)
    t.equal(message(incoming).automatic, 'bounce', name)
    t.match(message(incoming).bounces, expected.map((one) => ({ ...one, messageId: 'out@example.org' })), name)
    t.same(receipts(incoming).map(({ messageId, recipient, status }) => [messageId, recipient?.address, status]), expected.map(({ recipient, failed }) => ['out@example.org', recipient, failed ? 'failed' : 'sent']), name)
  }
  const without = await report('Final-Recipient: rfc822; bob@friend.example\nAction: failed\nStatus: 5.1.1\n', 'Subject: Sunday\n')
  t.same(receipts(without), [], 'without a Message-ID it is about nothing that is known')
  t.equal(message(without).bounces?.length, 1)
})

t.test('reports of other forms', async (t) => {
  const cases: [string, string, string, { recipient: string, hard: boolean }[]][] = [
    ['a paragraph for each', 'From: MAILER-DAEMON@mx.friend.example\nSubject: failure notice', 'Hi. I was not able to deliver your message.\n\n<bob@friend.example>:\n550 5.1.1 no such user here\n\n<carol@friend.example>:\n552 mailbox full\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <out@example.org>\nTo: dave@friend.example\n', [{ recipient: 'bob@friend.example', hard: true }, { recipient: 'carol@friend.example', hard: false }]],
    ['fields within the text', 'From: postmaster@friend.example\nSubject: Delivery Status Notification (Failure)', 'An error occurred.\n\nAction: failed\nFinal-Recipient: rfc822; bob@friend.example\nDiagnostic-Code: smtp; 550 5.1.1 unknown\nStatus: 5.1.1\n\nMessage-ID: <out@example.org>\n', [{ recipient: 'bob@friend.example', hard: true }]],
    ['a host that is none', 'From: <>\nReturn-Path: <>\nSubject: Mail delivery failed', 'There was an error delivering your mail to <bob@nowhere.example>.\n\nDNS lookup failure: host nowhere.example not found\n\nMessage headers follow.\n\nMessage-Id: <out@example.org>\n', [{ recipient: 'bob@nowhere.example', hard: true }]],
    ['in German', 'From: Postmaster <postmaster@friend.example>\nSubject: Unzustellbar: Sonntag', 'Ihre Nachricht an bob@friend.example konnte nicht zugestellt werden: Empfänger unbekannt\n\nMessage-ID: <out@example.org>\n', [{ recipient: 'bob@friend.example', hard: true }]],
    ['by header', 'From: mail@friend.example\nX-Failed-Recipients: bob@friend.example\nSubject: Sorry', 'bob@friend.example\n  quota exceeded\n\nMessage-ID: <out@example.org>\n', [{ recipient: 'bob@friend.example', hard: false }]]
  ]
  for (const [name, head, body, expected] of cases) {
    const incoming = await mail(head, body)
    t.equal(message(incoming).automatic, 'bounce', name)
    t.match(message(incoming).bounces, expected.map((one) => ({ ...one, messageId: 'out@example.org' })), name)
  }
})

t.test('hard is about the address, soft about the delivery', (t) => {
  const cases: [string, string, boolean][] = [
    ['5.1.1', '', true], ['5.1.2', '', true], ['5.1.10', '', true], ['5.1.6', '', true], ['5.4.4', '', true], ['5.2.2', '', false], ['5.7.1', '', false], ['4.1.1', 'user unknown', false],
    ['', '550 No such user here', true], ['', 'mailbox does not exist', true], ['5.0.0', 'Host or domain name not found', true], ['', 'unrouteable address', true], ['', 'utilisateur inconnu', true],
    ['', '552 over quota', false], ['', 'account is disabled', false], ['', 'message too large', false], ['', 'blocked for spam', false], ['5.1.1', 'mailbox is full', false], ['5.7.1', 'relay access denied', false], ['', 'retry timeout exceeded', false], ['', '', false]
  ]
  for (const [status, reason, hard] of cases) t.equal(isHard({ status, reason, told: reason }), hard, `${status} ${reason}`)
  t.equal(isHard({ status: '5.0.0', reason: '550 user unknown', told: '550 user unknown (in reply to end of DATA command)' }), false, 'after the whole mail')
  t.end()
})

t.test('read receipts (RFC 8098)', async (t) => {
  const receipt = (disposition: string) => mail('From: Bob <bob@friend.example>\nSubject: Read: Sunday\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b', `--b\n\nSeen.\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; bob@friend.example\nOriginal-Message-ID: <out@example.org>\nDisposition: ${disposition}\n--b--\n`)
  const seen = await receipt('manual-action/MDN-sent-manually; displayed')
  t.equal(message(seen).automatic, 'receipt')
  t.same(receipts(seen), [{ type: 'receipt', messageId: 'out@example.org', recipient: { kind: 'email', address: 'bob@friend.example' }, status: 'read' }])
  t.same(receipts(await receipt('automatic-action/MDN-sent-automatically; deleted')), [], 'deleted is not read')
})

t.test('who writes: a machine, or a person', async (t) => {
  const cases: [string, IncomingMessage['automatic']][] = [
    ['From: Bob <bob@friend.example>\nSubject: Delivery failed for my birthday cake', undefined],
    ['From: Bob <bob@friend.example>\nSubject: Fwd: Undelivered Mail Returned to Sender', undefined],
    ['From: postmaster@friend.example\nSubject: The new mail server', undefined],
    ['From: postmaster@friend.example\nSubject: Undeliverable: Sunday', 'bounce'],
    ['From: Mail Delivery Subsystem <MAILER-DAEMON@friend.example>\nAuto-Submitted: auto-replied\nSubject: Returned mail', 'bounce'],
    ['From: Bob <bob@friend.example>\nAuto-Submitted: auto-replied\nSubject: Re: Sunday', 'auto-reply'],
    ['From: Bob <bob@friend.example>\nSubject: Automatic reply: Sunday', 'auto-reply'],
    ['From: Bob <bob@friend.example>\nSubject: Abwesenheitsnotiz: Sonntag', 'auto-reply'],
    ['From: Bob <bob@friend.example>\nX-Autoreply: yes\nSubject: Sunday', 'auto-reply'],
    ['From: Shop <no-reply@example.org>\nSubject: Your order', 'notification'],
    ['From: Bob <bob@friend.example>\nMailing-List: contact hikers-help@example.org; run by ezmlm\nSubject: Sunday', 'list'],
    ['From: hikers-owner@example.org\nSubject: You are not a member of hikers', 'bounce'],
    ['From: Bob <bob@friend.example>\nSubject: Sunday', undefined]
  ]
  for (const [head, automatic] of cases) t.equal(message(await mail(head, 'Hello\n')).automatic, automatic, head)
})

t.test('a report without end', async (t) => {
  const many = await report(Array.from({ length: 3000 }, (_, i) => `Final-Recipient: rfc822; p${i}@friend.example\nAction: failed\nStatus: 5.1.1\n`).join('\n'))
  t.equal(message(many).bounces!.length <= 50, true)
  const long = await report(`Final-Recipient: rfc822; bob@friend.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; ${'550 unknown '.repeat(20_000)}\n`)
  t.equal(message(long).bounces![0]!.reason.length <= 500, true)
})

const without = existsSync(join(corpora, 'bounces.jsonl')) ? {} : { skip: 'KINBOX_CORPORA: no folder of real reports' }

t.test('reports of many systems', without, async (t) => {
  type Case = { id: string, eml: string, expected: { reason: string, hard: 0 | 1 }[] }
  const halves: [number, number][] = [[0, 0], [0, 0]]
  const people: string[] = []
  for (const { id, eml, expected } of readFileSync(join(corpora, 'bounces.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Case)) {
    const { automatic, bounces = [], subject = '' } = message(await parse(readFileSync(join(corpora, eml)), context))
    if (!automatic) people.push(subject)
    const half = halves[Number(BigInt('0x' + createHash('sha256').update(id).digest('hex')) % 2n)]!
    for (const [at, { reason, hard }] of expected.entries()) {
      half[1]++
      // Complaints, notes of absence and confirmations stand in the set, too: machines, but nothing came back.
      const returned = !['feedback', 'vacation', 'delivered'].includes(reason)
      if (returned ? automatic === 'bounce' && bounces[at] !== undefined && Number(bounces[at].hard) === hard : automatic !== undefined && !bounces.some((one) => one.hard)) half[0]++
    }
  }
  const [right, all] = [halves[0]![0] + halves[1]![0], halves[0]![1] + halves[1]![1]]
  t.equal(right / all >= 0.95, true, `${right} of ${all}; halves ${halves.map((half) => half.join('/')).join(', ')}`)
  // One in the set is a report that a person handed on.
  t.equal(people.length <= 1 && people.every((subject) => subject.startsWith('Fwd:')), true, `shown as a person's: ${people.join('; ')}`)
})
