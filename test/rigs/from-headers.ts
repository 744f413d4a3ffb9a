import addressparser from 'nodemailer/lib/addressparser'
import { addressParser } from 'postal-mime'
import addresses from 'email-addresses'
import { scanHead } from '../../connectors/email/head.ts'
import { readSender } from '../../connectors/email/sender.ts'
import { canonicalEmail } from '../../src/model/address.ts'
import { dice } from './dice.ts'
import type { Dice } from './dice.ts'

/** `believed`: those for which our own parser names a sender; `others`: how many of these each other reader refuses; `against`: where one names somebody else. */
export type FromResult = { headers: number, believed: number, refused: Record<string, number>, against: string[], plainBelieved: number, plain: number, ms: number }

const alice = 'alice@friend.example'
const mallory = 'mallory@evil.test'
const parts = [
  alice, alice, mallory, `<${alice}>`, `<${mallory}>`, `"${alice}"`, `(${alice})`, 'Alice', '"Alice"', '"Example, Alice"', 'alice', 'mallory', '@', 'friend.example', 'evil.test', '.', ',', ';', ':', '<', '>', '(', ')', '"', '\\', '\\"', '[', ']', ' ', '  ', '\t', '\r\n ', 'Group:', '%', '!', '+', '=?utf-8?q?Alice?=',
  '=?utf-8?q?alice=40friend=2Eexample?=', '=?utf-8?b?PGFsaWNlQGZyaWVuZC5leGFtcGxlPg==?=', '\u00e9', '\u0430', '\u200b', '\u202e', '\u00ad', '\uff20', '\uff0e', '\u3002', '\ufeff', 'b\u00fccher.example', 'xn--bcher-kva.example', '\0', '\r', '\x7f', '\xa0', 'From: ', '\r\nFrom: ', '\r\nFrom : ', '[127.0.0.1]', 'a'.repeat(70), '=', '-', '_', '\'', '1'
]
const plain = (chance: Dice) => chance.pick([alice, `<${alice}>`, `Alice <${alice}>`, `"Example, Alice" <${alice}>`, `=?utf-8?q?Alice?= <${alice}>`, `A. Example <${mallory}>`, `Ren\u00e9 <rene@b\u00fccher.example>`, `"${alice}" <${mallory}>`, `${alice} <${alice}>`, `"a \\" b" <${alice}>`])

/** A From line that somebody could write: sensible ones, sensible ones with one to three things wrong, and heaps of pieces. */
function written(chance: Dice): { value: string, sensible: boolean } {
  const way = chance.next()
  if (way < 0.15) return { value: plain(chance), sensible: true }
  if (way < 0.65) {
    let value = plain(chance)
    for (let times = chance.between(1, 3); times > 0; times--) {
      const at = chance.between(0, value.length)
      value = value.slice(0, at) + (chance.chance(0.7) ? chance.pick(parts) : '') + value.slice(at + (chance.chance(0.3) ? 1 : 0))
    }
    return { value, sensible: false }
  }
  return { value: Array.from({ length: chance.between(1, 7) }, () => chance.pick(parts)).join(''), sensible: false }
}

/** Other readers: each a list of the mailboxes it finds, null where it refuses. */
const readers: Record<string, (value: string) => (string | null)[] | null> = {
  nodemailer: (value) => addressparser(value, { flatten: true }).map(({ address }) => address ?? null),
  'postal-mime': (value) => addressParser(value, { flatten: true }).map(({ address }) => address ?? null),
  'email-addresses': (value) => {
    const found = addresses.parseAddressList({ input: value, rfc6532: true })
    return found?.flatMap((one) => one.type === 'group' ? one.addresses.map(({ address }) => address) : [one.address]) ?? null
  }
}

/** Reads made-up From lines as the proof does, and as others do. The same seed gives the same lines. */
export function fromRun({ seed, headers }: { seed: number, headers: number }): FromResult {
  const started = performance.now()
  const chance = dice(seed)
  const result: FromResult = { headers, believed: 0, refused: {}, against: [], plainBelieved: 0, plain: 0, ms: 0 }
  for (let i = 0; i < headers; i++) {
    const { value, sensible } = written(chance)
    const raw = Buffer.from(`From: ${value}\r\nTo: ada@example.org\r\n\r\nx\r\n`)
    const { sender: { address } } = readSender(scanHead(raw))
    if (sensible) result.plain++
    if (address === null) continue
    result.believed++
    if (sensible) result.plainBelieved++
    // What comes after the end of the line is another field.
    const unfolded = value.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/, 1)[0]!
    for (const [name, read] of Object.entries(readers)) {
      const found = read(unfolded)
      if (found === null || found.length === 0) result.refused[name] = (result.refused[name] ?? 0) + 1
      else if (found.length !== 1 || found[0] == null || canonicalEmail(found[0].trim()) !== address) result.against.push(`${name}: ${JSON.stringify(value)} is ${JSON.stringify(found)}, not ${address}`)
    }
  }
  return { ...result, ms: performance.now() - started }
}
