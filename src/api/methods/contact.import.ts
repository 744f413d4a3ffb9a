import Type from 'typebox'
import { importContacts } from '../../inbound/import-contacts.ts'
import { ApiError } from '../errors.ts'
import { missing } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'

const mostBytes = 32 * 1024 * 1024

export const contactImport = method({
  name: 'contact.import',
  summary: 'Takes in the people of a vCard file (2.1, 3.0, 4.0) that was uploaded: pictures, notes and addresses. They join who is known by exactly the same address only. `friends`: they are friends. `friendGroups`: who is in one of these groups (CATEGORIES) is. `groups`: only who is in one of these is taken. What is not taken is listed with its reason; doing it again changes nothing.',
  params: Type.Object({ blobId: Id, friends: Type.Optional(Type.Boolean()), groups: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 50 })), friendGroups: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 50 })) }),
  result: Type.Object({ people: Type.Integer({ minimum: 0 }), left: Type.Array(Type.Object({ name: Type.String(), why: Type.String() })) }),
  errors: ['not_found'],
  example: { params: { blobId: 'b9', friends: true }, result: { people: 120, left: [{ name: 'The bank', why: 'It has no mail address, no whole phone number and no chat address.' }] } },
  async handle(ctx, { blobId, friends = false, groups, friendGroups }) {
    const file = await ctx.rooms.download(ctx.userId, blobId)
    if (!file) return missing('blob')
    if (file.size > mostBytes) throw new ApiError('invalid_params', `params.blobId is a file of ${file.size} bytes: at most ${mostBytes} are read. Export fewer people at once`)
    const parts: Uint8Array[] = []
    for await (const part of file.open()) parts.push(part as Uint8Array)
    const cards = await ctx.rooms.readCards(Buffer.concat(parts)).catch((error: Error): never => {
      if (error.name !== 'Unreadable') throw error
      throw new ApiError('invalid_params', 'params.blobId is a file with no card in it that can be read: a vCard file begins with BEGIN:VCARD')
    })
    if (cards.length === 0) throw new ApiError('invalid_params', 'params.blobId is a file with no card in it: a vCard file begins with BEGIN:VCARD')
    return importContacts(ctx, ctx.userId, cards, { friends, ...(groups ? { groups } : {}), ...(friendGroups ? { friendGroups } : {}) })
  }
})
