import t from 'tap'
import { fromRun } from '../rigs/from-headers.ts'

t.test('20,000 made-up From lines: whom our own parser names, no other reader names otherwise; and it reads all that is sensible', async (t) => {
  const { against, believed, plain, plainBelieved, refused } = fromRun({ seed: 20261122, headers: 20_000 })
  t.same(against, [])
  t.equal(plainBelieved, plain)
  t.ok(believed > 4000, `${believed} believed, refused by others: ${JSON.stringify(refused)}`)
})
