import Type from 'typebox'
import { redecide } from '../../inbound/redecide.ts'
import { trustOf } from '../../inbound/trust.ts'
import { conversationsTouching } from '../../store/affected.ts'
import { blockedMessages } from '../../store/block.ts'
import { addressesOf } from '../../store/contacts.ts'
import { conversationWith } from '../../store/conversations.ts'
import { pathsTo } from '../../store/paths.ts'
import { ruleFinder } from '../../store/rules.ts'
import { fitting } from '../../model/rule.ts'
import { publicId } from '../../model/ids.ts'
import { pathWords } from '../../model/path.ts'
import { ownContact } from '../find.ts'
import { method } from '../method.ts'
import { Because, FolderName, Id, Rule, Time } from '../objects.ts'
import { ruleOf } from '../present/rule.ts'
import { rfc3339 } from '../time.ts'

const purgeMs = 30 * 86_400_000
const Addressed = Type.Object({ kind: Type.String(), address: Type.String(), verifiedAt: Type.Union([Time, Type.Null()]), wroteAt: Type.Union([Time, Type.Null()]), rule: Type.Union([Rule, Type.Null()]) })

export const contactWhy = method({
  name: 'contact.why',
  summary: 'Why somebody is in the inbox, in Other or hidden, in words; and what speaks for it: their addresses with what each has proved and the rule about it, the friends they are known through, and other conversations that bear their address without proof.',
  params: Type.Object({ id: Id }),
  result: Type.Object({
    text: Type.String(), folder: Type.Union([FolderName, Type.Null()], { description: 'null: there is no conversation yet' }), because: Type.Union([Because, Type.Null()]), addresses: Type.Array(Addressed), path: Type.Array(Type.String()),
    unproven: Type.Array(Id, { description: 'conversations that only say they are with them' }),
    blocked: Type.Union([Type.Null(), Type.Object({ since: Time, messages: Type.Integer({ minimum: 0, description: 'that came since' }), purgedFrom: Type.Union([Time, Type.Null()]) })])
  }),
  errors: ['not_found', 'conflict'],
  example: {
    params: { id: 'p2' },
    result: {
      text: 'In the inbox: Alice is your friend.', folder: 'inbox', because: { rule: 'friend', text: 'Alice is your friend.', evidence: ['alice@friend.example is proven.'] }, path: [], unproven: [], blocked: null,
      addresses: [{ kind: 'email', address: 'alice@friend.example', verifiedAt: '2026-05-03T10:00:00.000Z', wroteAt: null, rule: null }]
    }
  },
  handle: ({ store, userId }, { id }) => store.read((tx) => {
    const contact = ownContact(tx, userId, id)
    const find = ruleFinder(tx, userId)
    const conversation = conversationWith(tx, userId, contact.id)
    // Nobody has to have written for the ladder to have a word.
    const because = conversation ? conversation.because : null
    const expected = conversation && !conversation.routed ? redecide(tx, userId, trustOf(tx, userId), conversation)?.because : null
    const where = contact.blocked ? 'Hidden' : conversation?.folder === 'inbox' ? 'In the inbox' : conversation ? 'In Other' : 'Not in any folder yet'
    const { messages, oldest } = blockedMessages(tx, contact.id)
    const time = (at: number | null) => at ? rfc3339(at) : null
    const reason = contact.blocked ? `You blocked ${contact.name || addressesOf(tx, contact.id)[0]?.address || 'them'}.` : because?.text ?? 'Nothing has been exchanged.'
    return {
      text: `${where}: ${lower(reason)}`, folder: conversation?.folder ?? null, because: expected ?? because, path: pathsTo(tx, contact.id).map(pathWords),
      addresses: addressesOf(tx, contact.id).map(({ kind, address, verifiedAt, lastOutAt }) => {
        const rule = fitting(find, { kind, address, list: null })
        return { kind, address, verifiedAt: time(verifiedAt), wroteAt: time(lastOutAt), rule: rule && ruleOf(rule) }
      }),
      unproven: conversationsTouching(tx, userId, contact.id).filter(({ kind, contactId }) => kind === 'person' && contactId === null).map((one) => publicId('conversation', one.id)),
      blocked: contact.blocked ? { since: rfc3339(contact.blockedAt ?? 1), messages, purgedFrom: oldest === null ? null : rfc3339(oldest + purgeMs) } : null
    }
  })
})

/** Within a sentence: a name keeps its letter, "Nobody" and "You" do not. */
const lower = (text: string) => /^(?:You|Nobody|It|Nothing|A)\b/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text
