import type { Arrival } from '../../src/connector.ts'
import type { IncomingMessage } from '../../src/model/incoming.ts'
import { remoteId } from '../../src/model/ids.ts'

export const ada = { kind: 'email', address: 'ada@example.org' }

const words = 'the train leaves early and we should meet at the bridge before noon so bring the map with rope lunch perhaps two jackets because weather turns quickly up there'.split(' ')

/** Repeats itself from run to run: the same mails make the same rows. */
function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor(state / 2 ** 32 * below)
  }
}

/**
 * Mails from `people` to Ada: about 500 characters of text, three of four an answer within a thread, one of ten from
 * somebody who writes for the first time while there still are such. `arrival` has bytes as a mail has them (some 2 KB) whose
 * first line is a number; `parse` looks that number up, so that what is measured is the core and not a MIME library.
 */
export function mails({ people, from = 0, since = Date.UTC(2029, 0, 1), every = 1000 }: { people: number, from?: number, since?: number, every?: number }) {
  const random = randomOf(20260101)
  const threads = new Map<number, string[]>()
  const made = new Map<number, IncomingMessage>()
  let next = from

  function text(): string {
    return Array.from({ length: 90 }, () => words[random(words.length)]!).join(' ')
  }

  function message(n: number): IncomingMessage {
    const who = random(people)
    const address = `person${who}@friend.example`
    const thread = threads.get(who)
    const answers = thread !== undefined && random(4) > 0
    const references = answers ? thread.slice(-5) : []
    const messageId = `${n}.${random(2 ** 31).toString(36)}@friend.example`
    threads.set(who, [...references, messageId])
    const sender = { kind: 'email', address, name: `Person ${who}`, raw: `Person ${who} <${address}>` }
    return {
      type: 'message', sender, recipients: [{ ...ada, role: 'to' }], direction: 'in', subject: `${answers ? 'Re: ' : ''}Trip ${references[0] ?? messageId}`, text: text(), attachments: [],
      messageId, references, sentAt: since + n * every
    }
  }

  return {
    parse: async (_kind: string, raw: Uint8Array): Promise<IncomingMessage[]> => {
      const bytes = Buffer.from(raw.buffer, raw.byteOffset, 12)
      return [made.get(Number(bytes.toString('latin1')))!]
    },
    /** The next `count` of them. They are kept until parsed, so ask for them in portions where they are many. */
    take(count: number, more: Partial<IncomingMessage> = {}): Arrival[] {
      made.clear()
      return Array.from({ length: count }, () => {
        const n = next++
        const mail = { ...message(n), ...more }
        made.set(n, mail)
        const head = `${String(n).padEnd(12)}\r\n${Array.from({ length: 12 }, (_, i) => `X-Trace-${i}: ${random(2 ** 31).toString(36)}${random(2 ** 31).toString(36)} by mx.friend.example with ESMTPS; ${n}`).join('\r\n')}`
        const raw = Buffer.from(`${head}\r\nFrom: ${mail.sender.raw}\r\nTo: ${ada.address}\r\nSubject: ${mail.subject}\r\nMessage-ID: <${mail.messageId}>\r\n\r\n${mail.text}\r\n`)
        return { remoteId: remoteId(`INBOX/${n}`), at: since + n * every, folder: { name: 'INBOX', role: 'inbox' }, raw }
      })
    }
  }
}
