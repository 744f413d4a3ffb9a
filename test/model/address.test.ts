import t from 'tap'
import fc from 'fast-check'
import addressparser from 'nodemailer/lib/addressparser'
import { canonicalEmail, domainOf, parseMailbox } from '../../src/model/address.ts'

t.test('one form for each address', async (t) => {
  const cases: [string, string | null][] = [
    ['alice@friend.example', 'alice@friend.example'],
    ['Alice@Friend.EXAMPLE', 'alice@friend.example'],
    ['alice+climbing@friend.example', 'alice+climbing@friend.example'],
    ["o'hara!#$%&*/=?^_`{|}~-@friend.example", "o'hara!#$%&*/=?^_`{|}~-@friend.example"],
    ['ada@localhost', 'ada@localhost'],
    ['alice@bücher.example', 'alice@xn--bcher-kva.example'],
    ['alice@BÜCHER.example', 'alice@xn--bcher-kva.example'],
    ['alice@xn--bcher-kva.example', 'alice@xn--bcher-kva.example'],
    ['rene\u0301@friend.example', 'ren\u00e9@friend.example'],
    ['alice@friend.example.', null],
    ['.alice@friend.example', null],
    ['alice.@friend.example', null],
    ['al..ice@friend.example', null],
    ['alice@friend..example', null],
    ['alice@-friend.example', null],
    ['alice@[127.0.0.1]', null],
    ['alice@127.0.0.1', null],
    ['"alice"@friend.example', null],
    ['alice @friend.example', null],
    ['alice@friend.example(x).evil.test', null],
    ['alice(x)@friend.example', null],
    ['@friend.example', null],
    ['alice@', null],
    ['alice', null],
    ['a@b@friend.example', null],
    ['=?utf-8?q?alice?=@friend.example', null],
    ['alice@fr%69end.example', null],
    ['alice\u200b@friend.example', null],
    ['alice\u00ad@friend.example', null],
    ['\u202ealice@friend.example', null],
    ['alice\0@friend.example', null],
    ['alice@friend\u3002example', null],
    ['alice@\uff46riend.example', null],
    ['mar\u212a@friend.example', null],
    ['alice\ufffd@friend.example', null],
    ['a'.repeat(64) + '@friend.example', 'a'.repeat(64) + '@friend.example'],
    ['a'.repeat(65) + '@friend.example', null],
    ['é'.repeat(33) + '@friend.example', null],
    ['alice@' + 'a'.repeat(64) + '.example', null],
    ['alice@' + 'a.'.repeat(150) + 'example', null]
  ]
  for (const [text, expected] of cases) t.equal(canonicalEmail(text), expected, JSON.stringify(text.slice(0, 60)))
  t.equal(domainOf('alice@friend.example'), 'friend.example')
})

t.test('one mailbox, or none', async (t) => {
  const alice = 'alice@friend.example'
  const cases: [string, string | null, string?][] = [
    ['alice@friend.example', alice, ''],
    [' \talice@friend.example ', alice, ''],
    ['<alice@friend.example>', alice, ''],
    ['Alice <alice@friend.example>', alice, 'Alice'],
    ['"Example, Alice" <alice@friend.example>', alice, 'Example, Alice'],
    ['"Alice \\"Al\\" Example" <alice@friend.example>', alice, 'Alice "Al" Example'],
    ['"Alice" B. Example <alice@friend.example>', alice, 'Alice B. Example'],
    ['=?utf-8?q?Al=C3=ADce?= <alice@friend.example>', alice, '=?utf-8?q?Al=C3=ADce?='],
    ['Alice@friend.example <alice@friend.example>', alice, 'Alice@friend.example'],
    ['Alice<alice@friend.example>', alice, 'Alice'],
    ['', null],
    ['Alice', null],
    ['Alice <>', null],
    ['alice@friend.example, mallory@evil.test', null],
    ['alice@friend.example <mallory@evil.test>', null],
    ['Alice <alice@friend.example> <mallory@evil.test>', null],
    ['Alice <alice@friend.example> x', null],
    ['Alice (x) <alice@friend.example>', null],
    ['Alice: <alice@friend.example>;', null],
    ['<@evil.test:alice@friend.example>', null],
    ['< alice@friend.example >', null],
    ['<"alice"@friend.example>', null],
    ['"Alice <alice@friend.example>', null],
    ['"Alice\\" <alice@friend.example>', null],
    ['Alice\0 <alice@friend.example>', null],
    ['Alice\n<alice@friend.example>', null],
    ['x'.repeat(2000) + ' <alice@friend.example>', null]
  ]
  for (const [value, address, phrase] of cases) {
    t.same(parseMailbox(value), address === null ? null : { address, phrase }, JSON.stringify(value.slice(0, 60)))
  }
})

t.test('what is accepted has one reading in another parser too', async (t) => {
  const piece = fc.constantFrom(
    'alice', '@', 'friend.example', 'evil.test', 'alice@friend.example', 'mallory@evil.test', '<', '>', '(', ')', '"', '\\', ',', ';', ':', '.', ' ', '\t',
    '[', ']', '=?utf-8?q?', '?=', 'Group', '\0', '\r\n', '\u00e9', '\u200b', '\u212a', '<alice@friend.example>', '"Alice" '
  )
  const value = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
  const quoted = value.map((text) => '"' + text.replace(/["\\]/g, '\\$&') + '" ')
  const nearly = fc.tuple(fc.oneof(value, quoted), fc.constantFrom('<alice@friend.example>', 'alice@friend.example', ''), fc.oneof(fc.constant(''), value)).map((parts) => parts.join(''))
  let accepted = 0
  fc.assert(fc.property(nearly, (text) => {
    const mailbox = parseMailbox(text)
    if (!mailbox) return true
    accepted++
    const other = addressparser(text)
    const again = canonicalEmail(mailbox.address)
    return other.length === 1 && canonicalEmail(other[0]?.address ?? '') === mailbox.address && again === mailbox.address && !/["<>()\r\n\0]/.test(mailbox.address)
  }), { seed: 20260302, numRuns: 20_000 })
  t.ok(accepted > 500, `${accepted} of 20000 were accepted`)
})

t.test('no value takes long', async (t) => {
  const started = process.threadCpuUsage()
  for (const part of ['a.', 'a@', '<', '"', '\\"', '(', 'a <', '=?', '\t', 'é.']) {
    const value = part.repeat(2000 / part.length)
    parseMailbox(value)
    parseMailbox(`${value.slice(0, 1900)} <alice@friend.example>`)
    canonicalEmail(part.repeat(160) + '@friend.example')
  }
  // The time of the processor: what else the machine does is not in it.
  const { user } = process.threadCpuUsage(started)
  t.equal(user < 500_000, true, `${user / 1000} ms`)
})
