import t from 'tap'
import { agoWords, clockTime, dayWords, daysAgo, listTime, sameDay } from '../../web/src/message/time.ts'
import { hueOf, initialsOf, nameOf } from '../../web/src/message/name.ts'
import { linksIn } from '../../web/src/message/links.ts'
import { sizeWords } from '../../web/src/message/size.ts'

const at = (text: string) => new Date(text).toISOString()
const now = new Date('2026-05-20T15:00:00')

t.test('times in words, by the reader\'s calendar and language', async (t) => {
  t.equal(daysAgo(new Date('2026-05-19T23:59:59'), new Date('2026-05-20T00:00:01')), 1, 'two seconds can be a day')
  t.equal(daysAgo(new Date('2026-03-28T12:00:00'), new Date('2026-03-30T12:00:00')), 2, 'also where clocks change')
  t.equal(sameDay(at('2026-05-20T00:00:00'), at('2026-05-20T23:59:00')), true)
  t.equal(clockTime(at('2026-05-20T14:05:00'), 'de'), '14:05')
  t.equal(dayWords(at('2026-05-20T01:00:00'), now, 'en'), 'Today')
  t.equal(dayWords(at('2026-05-19T23:00:00'), now, 'de'), 'Gestern')
  t.equal(dayWords(at('2026-05-04T12:00:00'), now, 'en'), 'Monday, May 4')
  t.match(dayWords(at('2025-05-04T12:00:00'), now, 'de'), /2025/)
  t.equal(listTime(at('2026-05-20T14:05:00'), now, 'de'), '14:05')
  t.equal(listTime(at('2026-05-19T14:05:00'), now, 'en'), 'Yesterday')
  t.equal(listTime(at('2026-05-17T14:05:00'), now, 'en'), 'Sun')
  t.equal(listTime(at('2026-02-03T14:05:00'), now, 'en'), 'Feb 3')
  t.match(listTime(at('2019-02-03T14:05:00'), now, 'de'), /3\.2\.19/)
  t.match(listTime(at('2026-05-21T14:05:00'), now, 'en'), /May 21/, 'what lies in the future is no weekday of this week')
  t.equal(agoWords(at('2026-05-20T14:55:00'), now, 'en'), '5 minutes ago')
  t.equal(agoWords(at('2026-05-18T15:00:00'), now, 'de'), 'vorgestern')
})

t.test('what people are called', async (t) => {
  t.equal(nameOf({ name: '  ', address: 'alice@friend.example' }), 'alice@friend.example')
  t.equal(initialsOf('Alice Maria Example'), 'AE')
  t.equal(initialsOf('alice.smith@friend.example'), 'A')
  t.equal(initialsOf('«Öznur»'), 'Ö')
  t.equal(initialsOf('李 小龍'), '李小')
  t.equal(initialsOf('+4915112345678'), '4')
  t.equal(initialsOf('😀'), '?')
  t.equal(hueOf('Alice'), hueOf('Alice'))
  t.equal(['Alice', 'Bob', 'Carol', 'Dave'].every((name) => hueOf(name) >= 0 && hueOf(name) < 8), true)
})

t.test('only whole web addresses become links, and show where they go', async (t) => {
  const hrefs = (text: string) => linksIn(text).flatMap(({ href, text }) => (href ? [[href, text]] : [])).flat()
  t.same(hrefs('See https://example.org/a?b=c#d.'), ['https://example.org/a?b=c#d', 'https://example.org/a?b=c#d'])
  t.same(hrefs('(https://example.org/Foo_(bar))'), ['https://example.org/Foo_(bar)', 'https://example.org/Foo_(bar)'])
  t.same(hrefs('<https://example.org>, "http://friend.example/x"'), ['https://example.org', 'https://example.org', 'http://friend.example/x', 'http://friend.example/x'])
  t.same(hrefs('javascript:alert(1) data:text/html,x www.example.org file:///etc/passwd https://'), [])
  for (const text of ['', 'no link', 'a https://x.example b https://y.example', 'https://example.org/…«']) t.equal(linksIn(text).map((piece) => piece.text).join(''), text, 'nothing is lost')
})

t.test('sizes', async (t) => {
  t.equal(sizeWords(1, 'en'), '1 byte')
  t.equal(sizeWords(1234, 'en'), '1.2 kB')
  t.equal(sizeWords(25_000_000, 'de'), '25 MB')
})
