import { join } from 'node:path'
import type { Driver } from '../../contract.ts'
import { testClock } from '../account.ts'

const context = { own: [{ kind: 'email', address: 'you@kinbox.example' }], region: null, folder: null, authserv: null, at: 0 }

/** The demo network needs no server: it lives in the connector. */
export const driver: Driver = {
  kind: 'demo',
  fixtures: join(import.meta.dirname, 'fixtures'),
  context,
  addresses: [['email', 'Alice@Friend.Example', 'alice@friend.example'], ['phone', '+49 151 12345678', '+4915112345678'], ['chat', 'alice@chat.example', 'alice@chat.example'], ['phone', '0151 12345678', null]],
  wrongSettings: [{ pace: 0 }, { phone: 'none' }, { seed: 1.5 }, { colour: 'red' }, null],
  async world() {
    const send = (address: string) => (attempt: string) => ({
      type: 'send' as const, attempt, from: { kind: 'chat', address: 'you@chat.example' }, recipients: [{ kind: 'chat', address, role: 'to' as const }], text: 'Hello!', references: [], attachments: [], at: 0
    })
    return {
      settings: { pace: 0.05 }, clock: testClock(Date.parse('2026-03-02T10:00:00Z')), hooks: null, write: null, good: send('alice@chat.example'), bad: send('nobody@chat.example'), down: null, secrets: [],
      close: async () => {}
    }
  }
}
