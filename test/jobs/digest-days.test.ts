import t from 'tap'
import fc from 'fast-check'
import { chooseRaised, raisedADay } from '../../src/model/raise.ts'
import { digestText, dueDays, isEmpty, isZone } from '../../src/model/digest.ts'

const minute = 60_000
const hour = 60 * minute

/** The times at which a digest is made, by looking each minute. */
function made(zone: string, at: number, from: number, until: number): string[] {
  const times: string[] = []
  const dayAt = dueDays({ hour: at, zone })
  let last = dayAt(from)
  for (let now = from; now < until; now += 10 * minute) {
    const day = dayAt(now)
    if (day <= last) continue
    last = day
    times.push(`${day} ${new Date(now).toISOString().slice(0, 16)}`)
  }
  return times
}

t.test('the days on which the clock is put forward or back: once a day, neither twice nor never', async (t) => {
  t.same(made('Europe/Berlin', 2, Date.UTC(2026, 2, 27, 12), Date.UTC(2026, 2, 30, 12)), ['2026-03-28 2026-03-28T01:00', '2026-03-29 2026-03-29T01:00', '2026-03-30 2026-03-30T00:00'], 'two o\'clock is skipped: at three')
  t.same(made('Europe/Berlin', 2, Date.UTC(2026, 9, 23, 12), Date.UTC(2026, 9, 26, 12)), ['2026-10-24 2026-10-24T00:00', '2026-10-25 2026-10-25T00:00', '2026-10-26 2026-10-26T01:00'], 'two o\'clock comes twice: at the first')
  t.same(made('America/Havana', 0, Date.UTC(2026, 2, 6, 12), Date.UTC(2026, 2, 9, 12)), ['2026-03-07 2026-03-07T05:00', '2026-03-08 2026-03-08T05:00', '2026-03-09 2026-03-09T04:00'], 'midnight is skipped')
  t.same(made('America/Havana', 0, Date.UTC(2026, 9, 30, 12), Date.UTC(2026, 10, 2, 12)), ['2026-10-31 2026-10-31T04:00', '2026-11-01 2026-11-01T04:00', '2026-11-02 2026-11-02T05:00'], 'midnight comes twice')
  t.same(made('Pacific/Kiritimati', 8, Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 3)), ['2026-01-02 2026-01-01T18:00', '2026-01-03 2026-01-02T18:00'])
})

t.test('any zone, any hour, any year: every day exactly once', async (t) => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Asia/Kathmandu', 'Africa/Casablanca', 'America/St_Johns', 'Asia/Tehran', 'America/Havana')
  fc.assert(fc.property(zones, fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 40 * 365 }), (zone, at, start) => {
    const from = Date.UTC(2000, 0, 1) + start * 24 * hour
    const dayAt = dueDays({ hour: at, zone })
    let last = dayAt(from)
    for (let now = from; now < from + 40 * 24 * hour; now += 30 * minute) {
      const day = dayAt(now)
      if (day <= last) continue
      if (Date.parse(day) - Date.parse(last) !== 24 * hour) throw new Error(`${zone} ${at}: ${last}, then ${day}`)
      last = day
    }
  }), { numRuns: 40, seed: 7 })
  t.equal(isZone('Europe/Berlin') && !isZone('Europe/Nowhere') && !isZone(''), true)
})

const one = (conversation: number, address: string, since: number, verified = true) => ({ conversation, shown: address, address, since, verified })

t.test('who is raised: the proven first, one of each domain, so many a day', async (t) => {
  const all = [one(1, 'a@x.evil.test', 1), one(2, 'b@y.evil.test', 2), one(3, 'c@example.net', 5, false), one(4, 'd@example.org', 9), one(5, '+4915112345678', 3, false)]
  t.same(chooseRaised(all).map(({ conversation }) => conversation), [1, 4, 5, 3])
  t.equal(chooseRaised(Array.from({ length: 100 }, (_, i) => one(i, `a@d${i}.test`, i))).length, raisedADay)
})

t.test('in words', async (t) => {
  const none = { waiting: [], more: 0, raised: [], streams: [] }
  t.same([isEmpty(none), isEmpty({ ...none, streams: [{ stream: 'spam', conversations: 9 }] }), isEmpty({ ...none, streams: [{ stream: 'lists', conversations: 1 }] }), isEmpty({ ...none, more: 1 })], [true, true, false, false])
  t.equal(digestText({ ...none, more: 3 }), 'New in the screener: 3.')
  t.equal(digestText({ waiting: [{ conversation: 1, shown: 'a@example.net', since: 1 }], more: 0, raised: [], streams: [{ stream: 'lists', conversations: 2 }] }), 'New in the screener: 1.\n• a@example.net\n\nNew in the streams of Other: lists 2.')
})
