import t from 'tap'
import type { IncomingMessage } from '../../src/model/incoming.ts'
import { compared } from '../../src/inbound/understood.ts'

const mail: IncomingMessage = {
  type: 'message', direction: 'in', sender: { raw: 'Alice <alice@friend.example>', address: { kind: 'email', address: 'alice@friend.example' }, name: 'Alice' }, recipients: [],
  text: 'Yes, gladly.\n\nOn Monday Ada wrote:\n> Will you come?', subject: 'Saturday', sentAt: 1_795_000_000_000
} as never

const digestOf = (more: Partial<IncomingMessage>) => Buffer.from(compared({ ...mail, ...more }).digest).toString('hex')

for (const { what, more, same } of [
  { what: 'folded by one version, shown by another', more: { text: 'Yes, gladly.', quoted: 'On Monday Ada wrote:\n> Will you come?' }, same: true },
  { what: 'quotes above the answer', more: { text: 'Yes, gladly.', quoted: '\n On Monday Ada wrote:\n\n> Will you come? \n' }, same: true },
  { what: 'answers between the quotes, which one version folds out of the middle', more: { text: 'Yes, gladly.\n> Will you come?', quoted: 'On Monday Ada wrote:' }, same: true },
  { what: 'another word', more: { text: 'No, gladly.', quoted: 'On Monday Ada wrote:\n> Will you come?' }, same: false },
  { what: 'a line more', more: { quoted: 'Alice' }, same: false },
  { what: 'another subject', more: { subject: 'Sunday' }, same: false },
  { what: 'another time', more: { sentAt: 1_795_000_001_000 }, same: false }
]) {
  t.test(`the same mail or not: ${what}`, async (t) => t.equal(digestOf(more) === digestOf({}), same))
}
