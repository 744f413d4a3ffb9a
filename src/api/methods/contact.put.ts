import Type from 'typebox'
import { link } from '../../inbound/link.ts'
import { getAccount } from '../../store/accounts.ts'
import { getContact, insertContact, updateContact } from '../../store/contacts.ts'
import { removePhoto, setPhoto } from '../../store/photos.ts'
import { change } from '../change.ts'
import { ApiError } from '../errors.ts'
import { checkRev, missing, ownContact } from '../find.ts'
import { method } from '../method.ts'
import { AddressRef, ClientId, Contact, Id, Rev, Via } from '../objects.ts'
import { doneBefore, noteDone } from '../once.ts'
import { pictureOf } from '../picture.ts'
import { contactOf } from '../present/contact.ts'
import { wishOf } from '../target.ts'
import { contactExample } from '../examples.ts'

const gone = (): never => {
  throw new ApiError('not_found', 'this contact was made, and deleted since: take a new clientId to make another')
}

export const contactPut = method({
  name: 'contact.put',
  summary: 'Adds a contact with a name and addresses, or with `id` changes the name, the notes and the preferred way of one. What is not named stays. `via` is how messages to this person go unless one says otherwise; null: as it comes. `verifiedOnly`: what comes from their addresses from now on is let in only where it is verified. `pictures`: those of other servers are shown unasked in what is verified to be theirs (`a12` of blob.url). Asking again with the same clientId is harmless.',
  params: Type.Object({
    clientId: Type.Optional(ClientId),
    id: Type.Optional(Id),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    notes: Type.Optional(Type.Union([Type.String({ maxLength: 20000 }), Type.Null()])),
    via: Type.Optional(Type.Union([Via, Type.Null()])),
    verifiedOnly: Type.Optional(Type.Boolean()),
    pictures: Type.Optional(Type.Boolean()),
    photo: Type.Optional(Type.Union([Id, Type.Null()], { description: 'a picture that was uploaded (blob.create): JPEG, PNG, GIF or WebP of at most 256 KiB; null: none' })),
    addresses: Type.Optional(Type.Array(AddressRef, { maxItems: 50 })),
    ifRev: Type.Optional(Rev)
  }),
  result: Contact,
  errors: ['not_found', 'conflict', 'idempotency_mismatch'],
  example: { params: { id: 'p2', name: 'Alice' }, result: contactExample },
  orderBy: ({ id }) => id ?? 'new contact',
  async handle(ctx, { clientId, ...request }) {
    const { id, name, notes, via, verifiedOnly, pictures, photo, addresses = [], ifRev } = request
    const once = clientId === undefined ? null : { userId: ctx.userId, clientId, method: 'contact.put', request }
    if (id === undefined && name === undefined) throw new ApiError('invalid_params', 'params.name is missing: a new contact needs a name')
    if (via && Object.keys(via).length === 0) throw new ApiError('invalid_params', 'params.via names nothing: give an account, a channel or an address, or null')
    const canonical = await Promise.all(addresses.map((address) => ctx.rooms.canonical(ctx.userId, address)))
    const picture = typeof photo === 'string' ? await pictureOf(ctx, photo) : photo
    return change(ctx, (tx, changes, now) => {
      const before = once && doneBefore(tx, once)
      if (before) return contactOf(tx, getContact(tx, ctx.userId, before) ?? gone())
      const contact = id === undefined ? insertContact(tx, changes, ctx.userId, name!, 'user') : ownContact(tx, ctx.userId, id)
      checkRev(contact.rev, ifRev, () => contactOf(tx, contact))
      const wish = via ? wishOf(via) : via
      if (wish?.accountId !== undefined && !getAccount(tx, ctx.userId, wish.accountId)) missing('account')
      const patch = { ...(notes === undefined ? {} : { notes }), ...(wish === undefined ? {} : { via: wish }), ...(verifiedOnly === undefined ? {} : { verifiedOnly }), ...(pictures === undefined ? {} : { pictures }) }
      if (id !== undefined) updateContact(tx, changes, contact, { ...(name === undefined ? {} : { name }), ...patch })
      else if (Object.keys(patch).length > 0) updateContact(tx, changes, contact, patch)
      for (const address of canonical) link(tx, changes, ctx.userId, getContact(tx, ctx.userId, contact.id)!, address)
      if (picture !== undefined && (picture === null ? removePhoto(tx, contact.id) : setPhoto(tx, contact.id, picture))) updateContact(tx, changes, getContact(tx, ctx.userId, contact.id)!, {})
      if (once) noteDone(tx, once, contact.id, now)
      return contactOf(tx, getContact(tx, ctx.userId, contact.id)!)
    })
  }
})
