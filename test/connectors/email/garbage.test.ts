import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { submit } from '../../../connectors/email/submit.ts'
import { usualTiming } from '../../../connectors/email/timing.ts'

const mail = { envelope: { from: 'ada@example.org', to: ['bob@friend.example'] }, size: 20, segments: [{ text: 'Subject: x\r\n\r\nHello\r\n' }] }
const rubbish = '\u00f7\u0091\u0003 q~ \u00ffz\r\n'

/** A mail server whose answer to one command is rubbish. */
async function spoilt(t: Test, at: 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | '.'): Promise<number> {
  const server = createServer((socket) => {
    let data = false
    const say = (command: string, answer: string) => void socket.write(command === at ? Buffer.from(rubbish, 'latin1') : answer)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      const text = chunk.toString()
      if (data) {
        if (!text.endsWith('\r\n.\r\n')) return
        data = false
        return say('.', '250 queued\r\n')
      }
      const command = text.slice(0, 4).toUpperCase()
      if (command === 'EHLO') say(command, '250-mail.example.org\r\n250 AUTH PLAIN\r\n')
      else if (command === 'AUTH') say(command, '235 welcome\r\n')
      else if (command === 'DATA') {
        data = true
        say(command, '354 go on\r\n')
      } else say(command, '250 fine\r\n')
    })
    socket.write('220 mail.example.org\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  t.teardown(() => void server.close())
  return (server.address() as AddressInfo).port
}

for (const [at, expected] of [
  ['AUTH', { retry: 'later', certain: true }],
  ['MAIL', { retry: 'later', certain: true }],
  ['RCPT', { retry: 'later', certain: true }],
  ['DATA', { retry: 'later', certain: true }],
  ['.', { code: 'no-answer', retry: 'later', certain: false }]
] as const) {
  t.test(`rubbish in place of the answer to ${at === '.' ? 'the whole mail: nobody knows whether it went' : at + ': tried again, and neither mail nor password is blamed'}`, async (t) => {
    const server = { host: '127.0.0.1', port: await spoilt(t, at), security: 'none' as const }
    const sending = submit({ address: 'ada@example.org', imap: server, smtp: server, password: 'secret' }, mail, usualTiming, new AbortController().signal)
    t.match(await sending.catch((error: unknown) => error), expected)
  })
}
