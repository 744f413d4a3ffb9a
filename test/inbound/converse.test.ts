import t from 'tap'
import type { IncomingMessage, Recipient } from '../../src/connector.ts'
import { strandOf } from '../../src/inbound/converse.ts'

const email = (address: string) => ({ kind: 'email', address })
const [ada, alice, bob, carol] = ['ada@example.org', 'alice@friend.example', 'bob@friend.example', 'carol@friend.example'].map(email) as [ReturnType<typeof email>, ReturnType<typeof email>, ReturnType<typeof email>, ReturnType<typeof email>]
const to = (...all: { kind: string, address: string }[]): Recipient[] => all.map((one) => ({ ...one, role: 'to' }))
const bcc = (...all: { kind: string, address: string }[]): Recipient[] => all.map((one) => ({ ...one, role: 'bcc' }))
const many = (count: number) => Array.from({ length: count }, (_, i) => email(`p${i}@friend.example`))

/** The people that a message lies with; those who wrote it or got it, in the order of their addresses. */
function liesWith(direction: 'in' | 'out', recipients: Recipient[]): string[] {
  const message: IncomingMessage = { type: 'message', direction, sender: { ...(direction === 'in' ? alice : ada), raw: 'x' }, recipients, text: 'x', attachments: [], references: [] }
  return strandOf(message, { accountId: 1, own: new Set(['email:ada@example.org']), enough: true, senderDigest: 'x' }).members.map(({ address }) => address).sort()
}

const cases: { what: string, direction: 'in' | 'out', recipients: Recipient[], with: { address: string }[] }[] = [
  { what: 'to the user alone', direction: 'in', recipients: to(ada), with: [alice] },
  { what: 'to the user and others', direction: 'in', recipients: to(ada, bob, carol), with: [alice, bob, carol] },
  { what: 'by Bcc to the user: an answer among the others would tell it', direction: 'in', recipients: [...to(bob), ...bcc(ada)], with: [alice] },
  { what: 'to others, and nothing says how it came to the user', direction: 'in', recipients: to(bob), with: [alice] },
  { what: 'somebody else by Bcc', direction: 'in', recipients: [...to(ada), ...bcc(bob)], with: [alice] },
  { what: 'to fifty others', direction: 'in', recipients: to(ada, ...many(50)), with: [alice, ...many(50)] },
  { what: 'to more: an announcement', direction: 'in', recipients: to(ada, ...many(51)), with: [alice] },
  { what: 'of the user to one, and to another by Bcc', direction: 'out', recipients: [...to(alice), ...bcc(bob)], with: [alice] },
  { what: 'of the user by Bcc only', direction: 'out', recipients: bcc(alice, bob), with: [alice, bob] },
  { what: 'of the user to somebody and to the user', direction: 'out', recipients: to(alice, ada), with: [alice] },
  { what: 'of the user to the user', direction: 'out', recipients: to(ada), with: [ada] }
]

for (const { what, direction, recipients, with: members } of cases) {
  t.test(`whom a message lies with: ${what}`, async (t) => t.same(liesWith(direction, recipients), members.map(({ address }) => address).sort()))
}
