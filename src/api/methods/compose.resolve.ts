import Type from 'typebox'
import { publicId } from '../../model/ids.ts'
import { idOf } from '../find.ts'
import { method } from '../method.ts'
import { AddressRef, Because, Id, Via } from '../objects.ts'
import { targetOf } from '../target.ts'

const Way = Type.Object({ accountId: Id, channel: Type.String(), from: AddressRef, to: Type.Array(AddressRef) })
const Priced = { parts: Type.Integer({ minimum: 0, description: 'paid pieces, over all operations' }), cost: Type.Number({ minimum: 0 }) }
const Other = Type.Object({ ...Way.properties, ok: Type.Boolean({ description: 'it could be asked for' }), whyNot: Type.Optional(Type.String()), ...Priced })

export const composeResolve = method({
  name: 'compose.resolve',
  summary: 'How a message would go out now, and why; what else there is, and why not. Writes nothing.',
  params: Type.Object({
    conversationId: Type.Optional(Id),
    to: Type.Optional(AddressRef),
    text: Type.Optional(Type.String({ maxLength: 262144 })),
    topicId: Type.Optional(Id),
    replyTo: Type.Optional(Id),
    attachments: Type.Optional(Type.Array(Id, { maxItems: 100 })),
    via: Type.Optional(Via)
  }),
  result: Type.Object({ via: Way, because: Because, alternatives: Type.Array(Other), ...Priced }),
  errors: ['not_found', 'conflict', 'account_unavailable', 'not_supported_by_channel'],
  example: {
    params: { conversationId: 'c4' },
    result: {
      via: { accountId: 'a2', channel: 'sms', from: { kind: 'phone', address: '+15005550006' }, to: [{ kind: 'phone', address: '+4915112345678' }] },
      because: { rule: 'last-channel', text: 'Their last message came by sms', evidence: ['+4915112345678'] },
      alternatives: [{ accountId: 'a1', channel: 'email', from: { kind: 'email', address: 'ada@example.org' }, to: [{ kind: 'email', address: 'alice@friend.example' }], ok: true, parts: 1, cost: 0 }],
      parts: 1,
      cost: 1
    }
  },
  async handle({ userId, rooms }, { text, attachments, ...target }) {
    const { via, because, alternatives, parts, cost } = await rooms.compose(userId, { ...targetOf(target), ...(text === undefined ? {} : { text }), ...(attachments ? { attachments: attachments.map((id) => idOf('blob', id)) } : {}) })
    const way = ({ accountId, channel, from, to }: typeof via) => ({ accountId: publicId('account', accountId), channel, from: { kind: from.kind, address: from.address }, to: to.map(({ kind, address }) => ({ kind, address })) })
    return { via: way(via), because, alternatives: alternatives.map((one) => ({ ...way(one), ok: one.ok, ...(one.whyNot === undefined ? {} : { whyNot: one.whyNot }), parts: one.parts, cost: one.cost })), parts, cost }
  }
})
