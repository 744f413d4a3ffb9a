import Type from 'typebox'
import { parseId } from '../../model/ids.ts'
import { ApiError } from '../errors.ts'
import { method } from '../method.ts'
import { AsOf, FolderName, Id } from '../objects.ts'

export const syncSubscribe = method({
  name: 'sync.subscribe',
  summary: 'From now on only events of these folders and conversations, besides those that belong to neither (contacts, accounts, counts). Replaces the subscription before; fetch the windows anew afterwards.',
  params: Type.Object({
    folders: Type.Optional(Type.Array(FolderName, { maxItems: 2 })),
    conversations: Type.Optional(Type.Array(Id, { maxItems: 200 }))
  }),
  result: Type.Object({ asOf: AsOf }),
  errors: [],
  example: { params: { folders: ['inbox'], conversations: ['c7'] }, result: { asOf: 42 } },
  handle(ctx, { folders = [], conversations = [] }) {
    const ids = conversations.map(text => {
      const id = parseId('conversation', text)
      if (id === null) throw new ApiError('invalid_params', 'sync.subscribe: params.conversations holds something that is no conversation id')
      return id
    })
    return { asOf: ctx.connection.subscribe({ folders, conversations: ids }) }
  }
})
