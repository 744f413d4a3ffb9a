import { join } from 'node:path'
import type { Driver } from '../../contract.ts'
import { dovecotMissing, startDovecot } from '../../servers/dovecot.ts'
import { mail, settingsFor } from './recording-account.ts'

export const missing: string | false = dovecotMissing
const server = { host: 'mail.example.org', port: 993, security: 'tls' }

/** A real Dovecot with one mailbox. */
export const driver: Driver = {
  kind: 'email',
  fixtures: join(import.meta.dirname, 'fixtures'),
  context: { own: [{ kind: 'email', address: 'ada@example.org' }], region: null, folder: { name: 'INBOX', role: 'inbox' }, authserv: null, at: 0 },
  addresses: [['email', 'Alice@Friend.Example', 'alice@friend.example'], ['email', 'alice@friend.example(x).evil.test', null], ['phone', '+4915112345678', null]],
  wrongSettings: [{}, { address: 'ada@example.org' }, { address: 'ada@example.org', imap: { ...server, security: 'maybe' }, smtp: server }, { address: 'ada@example.org', imap: { ...server, port: 0 }, smtp: server }, null],
  async world() {
    const dovecot = await startDovecot()
    const send = (address: string) => (attempt: string) => ({
      type: 'send' as const, attempt, from: { kind: 'email', address: 'ada@example.org' }, recipients: [{ kind: 'email', address, role: 'to' as const }], text: 'Hello!', subject: 'Hello', references: [], attachments: [], at: Date.now()
    })
    dovecot.sink.answer.recipient = address => address.startsWith('nobody') ? '550 5.1.1 nobody here' : null
    return {
      settings: settingsFor(dovecot, 'ada'), clock: { now: () => Date.now() }, hooks: null,
      write: word => dovecot.deliver('ada', mail(`a ${word}`)),
      good: send('alice@friend.example'), bad: send('nobody@friend.example'),
      down: () => dovecot.stop(),
      secrets: [dovecot.password],
      close: () => dovecot.close()
    }
  }
}
