/** A real second client on a real server, for tests: somebody who writes to us, or another device of ours. */
import { randomUUID } from 'node:crypto'
import { client, xml } from '@xmpp/client'
import type { Element, Entity } from '@xmpp/client'
import { until } from '../account.ts'
import type { Prosody } from '../../servers/prosody.ts'

export type Person = {
  bare: string
  full: string
  /** Every stanza that came. */
  heard: Element[]
  send(element: Element): Promise<void>
  /** Sends a text and waits until the server has it. Returns its id. */
  say(to: string, text: string, ...more: Element[]): Promise<string>
  ask(type: 'get' | 'set', to: string | null, child: Element): Promise<Element>
  /** The first stanza that matches, now or soon. */
  hears(what: string, match: (stanza: Element) => unknown): Promise<Element>
  leave(): Promise<void>
}

/** Logs in over WebSocket and is present with carbons. */
export async function person(prosody: Prosody, jid: string, { present = true, resource = 'phone' } = {}): Promise<Person> {
  const [username = '', domain = ''] = jid.split('@')
  const entity: Entity = client({
    service: prosody.urls.ws, domain, username, resource,
    credentials: (authenticate: (credentials: object, mechanism: string) => Promise<void>) => authenticate({ username, password: prosody.password }, 'PLAIN')
  } as unknown as Parameters<typeof client>[0])
  entity.reconnect.stop()
  entity.on('error', () => {})
  const heard: Element[] = []
  entity.on('stanza', (stanza: Element) => heard.push(stanza))
  await (entity as unknown as { start(): Promise<unknown> }).start()
  // The library miscounts what comes together with the agreement to acknowledge, and the server then ends the stream.
  await until('acknowledgements', () => entity.streamManagement.enabled)
  await new Promise((resolve) => setImmediate(resolve))
  const one: Person = {
    bare: jid, full: `${jid}/${resource}`, heard,
    send: (element) => entity.send(element),
    async say(to, text, ...more) {
      const id = randomUUID()
      await entity.send(xml('message', { to, type: 'chat', id }, xml('body', {}, text), ...more))
      await one.ask('get', domain, xml('ping', { xmlns: 'urn:xmpp:ping' }))
      return id
    },
    async ask(type, to, child) {
      const id = randomUUID()
      await entity.send(xml('iq', { type, id, ...(to === null ? {} : { to }) }, child))
      return one.hears('an answer', (stanza) => stanza.name === 'iq' && stanza.attrs['id'] === id)
    },
    hears: (what, match) => until(what, () => heard.find((stanza) => match(stanza)), 60_000),
    async leave() {
      await entity.stop().catch(() => {})
    }
  }
  if (present) {
    await one.ask('set', null, xml('enable', { xmlns: 'urn:xmpp:carbons:2' }))
    await entity.send(xml('presence'))
    await one.hears('its own presence', (stanza) => stanza.name === 'presence')
  }
  return one
}
