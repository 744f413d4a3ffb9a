import Type from 'typebox'
import { publicId } from '../../model/ids.ts'
import { addressesOf } from '../../store/contacts.ts'
import { messagesWith } from '../../store/forget.ts'
import { ownContact } from '../find.ts'
import { method } from '../method.ts'
import { Id } from '../objects.ts'
import { contactOf } from '../present/contact.ts'
import { messagesOf } from '../present/message.ts'

const chunk = 500

export const contactExport = method({
  name: 'contact.export',
  summary: 'All about somebody as files to download (blob.url), kept for a day: their card (vCard 3.0), and one JSON object a line: the contact, then every message with them alone and what they wrote in groups, oldest first.',
  params: Type.Object({ id: Id }),
  result: Type.Object({ card: Id, messages: Id, count: Type.Integer({ minimum: 0 }) }),
  errors: ['not_found', 'conflict'],
  example: { params: { id: 'p2' }, result: { card: 'b30', messages: 'b31', count: 120 } },
  async handle({ store, userId, rooms, signal }, { id }) {
    const { contact, row, book } = await store.read((tx) => {
      const row = ownContact(tx, userId, id)
      return { row, contact: contactOf(tx, row), book: { name: contactOf(tx, row).name, notes: row.notes, addresses: addressesOf(tx, row.id).map(({ kind, address }) => ({ kind, address })) } }
    })
    const lines = [JSON.stringify({ contact })]
    for (let after = 0; !signal.aborted;) {
      const ids = await store.read((tx) => {
        const some = messagesWith(tx, row.id, { after, limit: chunk })
        for (const message of messagesOf(tx, userId, some, 262_144)) lines.push(JSON.stringify({ message }))
        return some
      })
      if (ids.length < chunk) break
      after = ids.at(-1)!
    }
    const upload = async (name: string, contentType: string, text: string) => publicId('blob', await rooms.upload(userId, { name, contentType, content: Buffer.from(text) }))
    return { card: await upload('contact.vcf', 'text/vcard', await rooms.writeCard(book)), messages: await upload('messages.jsonl', 'application/json', lines.join('\n') + '\n'), count: lines.length - 1 }
  }
})
