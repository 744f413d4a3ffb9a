import fc from 'fast-check'
import t from 'tap'
import { connector } from '../../../connectors/email/index.ts'
import { readHistory, readLive, writeCursor } from '../../../connectors/email/cursor.ts'
import { parsePlace, placeId } from '../../../connectors/email/place.ts'
import { packSet, unpackSet } from '../../../connectors/email/sequence.ts'
import { remoteId } from '../../../src/connector.ts'
import type { Resolver } from '../../../src/connector.ts'
import { checker } from '../../../src/model/checker.ts'

const records = (answers: Record<string, unknown[]>): Resolver => async (name) => {
  const found = answers[name]
  if (!found) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
  return found
}
const srv = (name: string, port: number, priority = 0) => ({ name, port, priority, weight: 0 })

t.test('servers from SRV records come first, the most preferred first; "." means none', async (t) => {
  const found = await connector.discover!('Ada@Example.org', records({
    '_imaps._tcp.example.org': [srv('backup.example.net', 993, 20), srv('mail.example.net', 9993, 10)],
    '_imap._tcp.example.org': [srv('.', 0)],
    '_submission._tcp.example.org': [srv('mail.example.net', 587)]
  }))
  t.same(found.slice(0, 2), [
    { address: 'ada@example.org', imap: { host: 'mail.example.net', port: 9993, security: 'tls' }, smtp: { host: 'mail.example.net', port: 587, security: 'starttls' } },
    { address: 'ada@example.org', imap: { host: 'backup.example.net', port: 993, security: 'tls' }, smtp: { host: 'mail.example.net', port: 587, security: 'starttls' } }
  ])
})

t.test('without records the usual names, encrypted only', async (t) => {
  const found = await connector.discover!('ada@example.org', records({}))
  t.same(found[0], { address: 'ada@example.org', imap: { host: 'imap.example.org', port: 993, security: 'tls' }, smtp: { host: 'smtp.example.org', port: 465, security: 'tls' } })
  t.equal(found.some((each) => each.imap!.host === 'mail.example.org'), true)
  t.equal(found.every((each) => each.imap!.security !== 'none' && each.smtp!.security !== 'none'), true)
  t.equal(new Set(found.map((each) => JSON.stringify(each))).size, found.length)
  t.same(await connector.discover!('no address', records({})), [])
})

t.test('settings: valid ones pass, bad ones do not, secrets are marked', async (t) => {
  const server = { host: 'mail.example.org', port: 993, security: 'tls' }
  const good = { address: 'ada@example.org', imap: server, smtp: server, password: 'secret' }
  const { accepts: check } = checker(connector.settings)
  t.equal(check(good), true)
  for (const bad of [{ ...good, imap: { ...server, port: 0 } }, { ...good, imap: { ...server, security: 'ssl' } }, { ...good, unknown: 1 }, { address: 'ada@example.org' }]) t.equal(check(bad), false, JSON.stringify(bad))
  const secret = (schema: { properties?: Record<string, { secret?: boolean, properties?: Record<string, { secret?: boolean }> }> }) => Object.entries(schema.properties ?? {}).filter(([, each]) => each.secret).map(([name]) => name)
  t.same(secret(connector.settings), ['password', 'accessToken'])
  t.same(secret(connector.settings.properties['smtp'] as never), ['password'])
  t.same(connector.own({ ...good, address: 'Ada@EXAMPLE.org', name: 'Ada' } as never), [{ kind: 'email', address: 'ada@example.org', name: 'Ada' }])
  t.equal(connector.canonical('phone', 'ada@example.org', { region: null }), null)
})

t.test('places and sequence sets read back as written; foreign ones are none', async (t) => {
  fc.assert(fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.nat(), fc.integer({ min: 1, max: 4294967295 }), (folder, validity, uid) => {
    t.same(parsePlace(placeId(folder, String(validity), uid)), { folder, validity: String(validity), uid })
  }), { numRuns: 20, seed: 20261122 })
  t.equal(parsePlace(remoteId('SM123')), null)
  t.equal(parsePlace(remoteId('%E0%A4%A/1/1')), null)
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 })), (numbers) => {
    const sorted = numbers.sort((a, b) => a - b)
    t.same(unpackSet(packSet(sorted)), sorted)
  }), { numRuns: 30, seed: 20261122 })
  t.equal(packSet([1, 2, 3, 7, 9, 10]), '1:3,7,9:10')
  t.throws(() => unpackSet('1:4294967295'), RangeError)
})

t.test('a cursor that is none of ours counts as none', async (t) => {
  for (const text of [null, '', 'x', 'null', '{}', '{"v":2,"folders":{"INBOX":{"validity":"1","next":1,"start":1}}}', '{"v":1,"folders":{"INBOX":{"validity":1}}}']) {
    t.same(Object.keys(readLive(text).folders), [])
    t.same(Object.keys(readHistory(text).folders), [])
  }
  const live = { folders: { '__proto__x': { validity: '1', next: 2, start: 1, at: 3 } } }
  t.same({ ...readLive(writeCursor(live)).folders }, live.folders)
})
