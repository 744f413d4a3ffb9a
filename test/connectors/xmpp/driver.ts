import { join } from 'node:path'
import type { Driver } from '../../contract.ts'
import { prosodyMissing, startProsody } from '../../servers/prosody.ts'
import { testClock } from '../account.ts'
import { person } from './person.ts'

const own = 'ada@example.org'
const valid = { jid: own, password: 'open-sesame' }

/** Why the real server cannot run here, for a skip; false where it can. */
export const missing = prosodyMissing

export const driver: Driver = {
  kind: 'xmpp',
  fixtures: join(import.meta.dirname, 'fixtures'),
  context: { own: [{ kind: 'xmpp', address: own }], region: null, folder: null, authserv: null, at: Date.UTC(2026, 2, 2, 10) },
  addresses: [
    ['xmpp', 'Alice@Friend.Example', 'alice@friend.example'], ['xmpp', 'alice@friend.example/phone', null], ['xmpp', 'friend.example', null], ['xmpp', 'al ice@friend.example', null], ['xmpp', 'Ünal@münchen.example', 'ünal@münchen.example'],
    ['xmpp', 'ünal@xn--mnchen-3ya.example', 'ünal@münchen.example'], ['xmpp-room', 'Lake@rooms.example.org', 'lake@rooms.example.org'], ['xmpp-occupant', 'lake@rooms.example.org/Alice', 'lake@rooms.example.org/Alice'], ['email', 'alice@friend.example', null]
  ],
  wrongSettings: [{}, { jid: own }, { ...valid, jid: 'ada' }, { ...valid, jid: 'ada@example.org/phone' }, { ...valid, service: 'http://example.org' }, { ...valid, service: 'xmpp://ada:secret@example.org' }, { ...valid, rooms: ['lake@rooms.example.org'] }, { ...valid, colour: 'red' }, null],
  async world() {
    const clock = testClock(Date.now())
    const prosody = await startProsody({ users: [own, 'alice@friend.example'] })
    const alice = await person(prosody, 'alice@friend.example')
    const send = (kind: string, address: string) => (attempt: string) => ({
      type: 'send' as const, attempt, from: { kind: 'xmpp', address: own }, recipients: [{ kind, address, role: 'to' as const }], text: 'Hello!', references: [], attachments: [], at: clock.now()
    })
    return {
      settings: { jid: own, password: prosody.password, service: prosody.urls.xmpp, ca: prosody.certificate }, clock, hooks: null,
      write: async (word) => { await alice.say(own, `Have you seen the ${word}?`) },
      good: send('xmpp', 'alice@friend.example'), bad: send('xmpp', 'nobody@friend.example'),
      down: () => prosody.stop(),
      secrets: [prosody.password],
      async close() {
        await alice.leave()
        await prosody.close()
      }
    }
  }
}
