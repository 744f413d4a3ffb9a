/**
 * A bot that answers: whoever of your friends asks "when…?" hears when you are back. Run it with
 *
 *   KINBOX_URL=http://127.0.0.1:8420 KINBOX_TOKEN=kbx_… BACK="on Monday" node bot.ts
 *
 * It keeps where it stopped in a file. Started again, it first answers what came meanwhile, and nothing twice: the id of an
 * answer is made from the question's, and the server does what has an id only once.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from '@kinbox/client'
import type { Message, Position } from '@kinbox/client'

const { KINBOX_URL: url = 'http://127.0.0.1:8420', KINBOX_TOKEN: token = '', BACK = 'soon', POSITION = 'bot.position.json' } = process.env

const client = connect({ url, auth: async () => ({ token }), client: { name: 'bot', version: '1.0.0' }, ...stopped() })

client.onEvent(async event => {
  if (event.type === 'message.created' && event.data && asks(event.data)) {
    const { id, conversationId } = event.data
    await client.call('message.send', { conversationId, text: `I am back ${BACK}.`, clientId: answerId(id) })
      .then(answer => console.log(`answered ${id} with ${answer.id} by ${answer.channel}`), (error: Error) => console.error(`${id} has no answer: ${error.message}`))
  }
  writeFileSync(POSITION, JSON.stringify({ logId: client.position.value?.logId, seq: event.seq }))
})
client.status.subscribe(status => {
  console.log(status)
  if (status === 'signed-out') {
    console.error(client.error?.message)
    process.exit(1)
  }
})

/** Never answer what a machine wrote, or two bots talk all night. */
function asks({ direction, folder, automatic, text }: Message): boolean {
  return direction === 'in' && folder === 'inbox' && !automatic && /^when\b/i.test(text)
}

function answerId(question: string): string {
  const hex = createHash('sha256').update(`${client.position.value?.logId} ${question}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function stopped(): { resume?: Position } {
  try {
    return { resume: JSON.parse(readFileSync(POSITION, 'utf8')) as Position }
  } catch {
    return {}
  }
}
