import Type from 'typebox'
import { conversationById } from '../find.ts'
import { method } from '../method.ts'
import { Conversation, Id } from '../objects.ts'
import { conversationOf } from '../present/conversation.ts'
import { conversationExample } from '../examples.ts'

export const conversationGet = method({
  name: 'conversation.get',
  summary: 'One conversation. After a merge an old id still answers, with redirectTo.',
  params: Type.Object({ id: Id }),
  result: Conversation,
  errors: ['not_found'],
  example: { params: { id: 'c4' }, result: conversationExample },
  handle: ({ store, userId }, { id }) => store.read((tx) => conversationOf(tx, userId, conversationById(tx, userId, id)))
})
