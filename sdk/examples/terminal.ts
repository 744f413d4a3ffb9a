/**
 * A terminal client: the inbox as it changes, and answers by typing. Run it with
 *
 *   KINBOX_URL=http://127.0.0.1:8420 KINBOX_TOKEN=kbx_… node terminal.ts
 *
 * A number opens that conversation; any other line answers in it. An empty line goes back to the list.
 */
import { createInterface } from 'node:readline'
import { connect, openStore } from '@kinbox/client'
import type { Conversation, Local, Shown, Window } from '@kinbox/client'

const { KINBOX_URL: url = 'http://127.0.0.1:8420', KINBOX_TOKEN: token = '' } = process.env
const client = connect({ url, auth: async () => ({ token }), client: { name: 'terminal', version: '1.0.0' } })
const store = openStore(client)
const inbox = store.conversations({ folder: 'inbox' })
let open: { id: string, messages: Window<Local> } | null = null

/** What strangers write must not steer the terminal. */
const clean = (text: string) => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')

function list({ items, state }: Shown<Conversation>): void {
  if (open || state === 'loading') return
  console.log(items.map(({ title, unread, lastMessage }, at) => `${at + 1}  ${clean(title)}${unread ? ` (${unread})` : ''}  ${clean(lastMessage?.preview ?? '')}`).join('\n') || 'Nothing yet.')
}

function talk({ items }: Shown<Local>): void {
  const lines = items.slice(0, 20).reverse().map(({ direction, sender, channel, text, status, pending }) =>
    `${direction === 'in' ? clean(sender.name ?? sender.address) : `You, ${pending ? 'sending' : status}`} by ${channel}: ${clean(text)}`)
  console.log('\n' + lines.join('\n'))
}

function go(conversation: Conversation | undefined): void {
  open?.messages.close()
  open = conversation ? { id: conversation.id, messages: store.messages({ conversationId: conversation.id }) } : null
  if (!open) return list(inbox.value)
  open.messages.subscribe(talk)
  if (conversation?.lastMessage) store.markRead(conversation.id, conversation.lastMessage.id).catch((error: Error) => console.error(error.message))
}

inbox.subscribe(list)
client.status.subscribe(status => {
  if (status === 'offline') console.log('Offline. What you write is sent when the server is back.')
  if (status === 'signed-out') console.error(client.error?.message)
})
createInterface({ input: process.stdin }).on('line', line => {
  if (line === '' || /^\d+$/.test(line)) go(inbox.value.items[Number(line) - 1])
  else if (open) store.send({ conversationId: open.id, text: line }).catch((error: Error) => console.error(`Not sent: ${error.message}`))
}).on('close', () => client.close())
