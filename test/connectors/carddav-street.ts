import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { openHouse } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import { startRadicale } from '../servers/radicale.ts'

export type Contact = { id: string, name: string, friend: string, notes: string | null, photo?: string, addresses: { kind: string, address: string }[], rev: number }
export type Account = { id: string, status: string, error?: { code: string, text: string } }

export const card = (uid: string, lines: string[]): string => ['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, ...lines, 'END:VCARD', ''].join('\r\n')

/** A line to the server on which one kind of question is answered otherwise: by those that know less. */
async function before(t: Test, server: string, otherwise: (method: string, body: string) => { status: number, body?: string } | null): Promise<string> {
  const front = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const { method = 'GET', url = '/' } = request
    const own = otherwise(method, body.toString())
    if (own) return void response.writeHead(own.status, { 'content-type': 'application/xml; charset=utf-8' }).end(own.body ?? '')
    const { host: _host, connection: _connection, 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = request.headers
    const answer = await fetch(new URL(url, server), { method, headers: headers as Record<string, string>, redirect: 'manual', ...(body.length > 0 ? { body } : {}) }).catch(() => null)
    if (!answer) return void response.destroy()
    const { 'content-encoding': _gzip, 'content-length': _size, 'transfer-encoding': _chunks, ...back } = Object.fromEntries(answer.headers)
    response.writeHead(answer.status, back).end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((listening) => front.listen(0, '127.0.0.1', listening))
  t.teardown(() => front.close())
  return `http://127.0.0.1:${(front.address() as AddressInfo).port}/`
}

/** A server with an address book of three, and ada whose account reads it. `otherwise`: her way to it leads over a line that answers some questions itself. */
export async function street(t: Test, settings: object = {}, otherwise?: Parameters<typeof before>[2]) {
  const server = await startRadicale()
  t.teardown(() => server.close())
  const url = otherwise ? await before(t, server.url, otherwise) : server.url
  await server.put('alice.vcf', card('alice', ['FN:Alice Example', 'N:Example;Alice;;;', 'item1.EMAIL;TYPE=INTERNET:alice@friend.example', 'item1.X-ABLabel:Home', 'TEL;TYPE=CELL:+4915112345678', 'BDAY:2000-01-02', 'PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRg==']))
  await server.put('bob.vcf', card('bob', ['FN:Bob', 'EMAIL:bob@friend.example', 'NOTE:climbs']))
  await server.put('bank.vcf', card('bank', ['FN:The bank', 'ORG:Bank']))
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const client = await house.client()
  await house.connectAccount(client, 'letters', { own: 'ada@example.org', secret })
  const accountId = await house.connectAccount(client, 'carddav', { url, user: server.user, password: server.password, minutes: 0.01, ...settings })
  const named = async (name: string) => (await client.call<{ items: Contact[] }>('contact.list', { limit: 200 })).items.find((one) => one.name === name)
  /** Looks until it is so. */
  const until = async <T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> => {
    for (const end = performance.now() + 90_000; performance.now() < end;) {
      const found = await look()
      if (found) return found
      await client.call('session.ping')
      await new Promise((soon) => setTimeout(soon, 50))
    }
    throw new Error(`it did not come about: ${what}`)
  }
  return { server, house, client, accountId, named, until, wire: network.wire('ada@example.org') }
}
