import Type from 'typebox'
import { forgetLesson, teachSpam } from '../../inbound/lessons.ts'
import { reroute } from '../../inbound/reroute.ts'
import { learn, targetsOf } from '../../inbound/teach.ts'
import { getContact, updateContact } from '../../store/contacts.ts'
import { updateConversation } from '../../store/conversations.ts'
import { settingsOf } from '../../store/settings.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { ownConversation } from '../find.ts'
import { method } from '../method.ts'
import { Conversation, FolderName, Id, RuleWish } from '../objects.ts'
import { conversationOf } from '../present/conversation.ts'
import { conversationExample } from '../examples.ts'
import { isShared, sharedWords } from '../shared-domain.ts'

export const conversationRoute = method({
  name: 'conversation.route',
  summary: 'Moves a conversation to a folder, or a stream of Other. It stays there, whoever writes in it, until it is moved again; only where nothing proves who writes, the next message takes it back to Other. `teach` makes a rule of it: about the address or the list (the default, by settings.teachByMoving), the domain, or none.',
  params: Type.Object({ id: Id, folder: FolderName, stream: RuleWish.properties.stream, teach: Type.Optional(Type.Enum(['address', 'domain', 'none'])) }),
  result: Conversation,
  errors: ['not_found'],
  example: { params: { id: 'c4', folder: 'inbox' }, result: { ...conversationExample, because: { rule: 'moved', text: 'You moved it here.', evidence: [] } } },
  orderBy: ({ id }) => id,
  handle: (ctx, { id, folder, stream, teach }) => {
    if (stream !== undefined && folder !== 'other') throw new ApiError('invalid_params', 'params.stream goes with the folder "other": the inbox has no streams')
    return change(ctx, (tx, changes, now) => {
      const row = ownConversation(tx, ctx.userId, id)
      const settings = settingsOf(tx, ctx.userId)
      const shared = teach === 'domain' ? targetsOf(tx, row, 'domain').find(({ value }) => isShared(value)) : undefined
      if (shared) throw new ApiError('invalid_params', `params.teach: ${sharedWords(shared.value)}`)
      updateConversation(tx, changes, row, { folder, routed: true, stream: folder === 'inbox' ? null : stream ?? row.stream, because: { rule: 'moved', text: 'You moved it here.', evidence: [] } })
      if (stream === 'spam' || (folder === 'inbox' && row.folder === 'other')) teachSpam(tx, ctx.userId, row, stream === 'spam')
      else if (row.stream === 'spam' && stream !== undefined) forgetLesson(tx, ctx.userId, row.id)
      const by = teach ?? (settings.teachByMoving ? 'address' : 'none')
      if (by !== 'none') learn(tx, changes, ctx.userId, targetsOf(tx, row, by), { action: folder, stream: stream ?? null, origin: 'moved', at: now })
      const contact = row.contactId === null ? undefined : getContact(tx, ctx.userId, row.contactId)
      if (folder === 'inbox' && settings.befriendByMoving && contact && !contact.friend) {
        updateContact(tx, changes, contact, { friend: true })
        reroute(tx, changes, ctx.userId, contact.id)
      }
      return conversationOf(tx, ctx.userId, ownConversation(tx, ctx.userId, id))
    })
  }
})
