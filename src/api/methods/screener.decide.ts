import Type from 'typebox'
import { decide } from '../../inbound/screen.ts'
import { targetsOf } from '../../inbound/teach.ts'
import { publicId } from '../../model/ids.ts'
import { getConversation } from '../../store/conversations.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { ownConversation } from '../find.ts'
import { method } from '../method.ts'
import { Id, RuleWish } from '../objects.ts'
import { conversationOf } from '../present/conversation.ts'
import { isShared, sharedWords } from '../shared-domain.ts'

export const screenerDecide = method({
  name: 'screener.decide',
  summary: 'The user\'s word about up to 200 who wait: into the inbox, into a stream of Other, turned down (`deny`), blocked, or spam; for the sender or everybody at their domain. It makes rules, and what waited moves at once. Where nothing proves who writes, only that conversation moves. Each decision can be undone (screener.undo).',
  params: Type.Object({
    ids: Type.Array(Id, { minItems: 1, maxItems: 200, description: 'conversations' }),
    decision: Type.Enum(['inbox', 'stream', 'deny', 'block', 'spam']),
    scope: Type.Optional(Type.Enum(['sender', 'domain'])),
    stream: RuleWish.properties.stream
  }),
  result: Type.Object({ decided: Type.Array(Type.Object({ id: Id, conversationId: Id })), moved: Type.Integer({ minimum: 0, description: 'conversations' }) }),
  errors: ['not_found'],
  example: { params: { ids: ['c9'], decision: 'inbox' }, result: { decided: [{ id: 'e1', conversationId: 'c9' }], moved: 1 } },
  orderBy: () => 'screener',
  handle: (ctx, { ids, decision, scope = 'sender', stream }) => {
    if ((decision === 'stream') !== (stream !== undefined)) throw new ApiError('invalid_params', 'params.stream goes with the decision "stream", and only with it')
    return change(ctx, (tx, changes, now) => {
      const conversations = [...new Set(ids)].map((id) => ownConversation(tx, ctx.userId, id))
      const shared = scope === 'domain' ? conversations.flatMap((one) => targetsOf(tx, one, 'domain')).find(({ value }) => isShared(value)) : undefined
      if (shared) throw new ApiError('invalid_params', `params.scope: ${sharedWords(shared.value)}`)
      let moved = 0
      const decided = conversations.map(({ id: conversationId }) => {
        // The one before may have moved this one, too.
        const conversation = getConversation(tx, ctx.userId, conversationId)!
        const done = decide(tx, changes, ctx.userId, conversation, conversationOf(tx, ctx.userId, conversation).title, { decision, scope, stream: stream ?? null }, now)
        moved += done.moved
        return { id: publicId('screening', done.id), conversationId: publicId('conversation', conversationId) }
      })
      return { decided, moved }
    })
  }
})
