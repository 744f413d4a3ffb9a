import t from 'tap'
import { limitsRun } from './limits.ts'

t.setTimeout(240_000)

t.test('clients that mean harm or cannot read cost little, and harm nobody else', { timeout: 230_000 }, async (t) => {
  const { cases, wrong } = await limitsRun({ say: (line) => t.comment(line) })
  t.same(wrong, [])
  t.equal(cases.length, 10)
  const ended = Object.fromEntries(cases.map(({ name, ended }) => [name, ended]))
  t.match(ended['a message of 300,000 fragments'], /ended by the server/)
  t.match(ended['a frame of 100 MiB'], /ended by the server/)
  t.equal(ended['a client that asks and reads nothing for a minute (12 times shorter)'], 'ended by the server with 4413')
  t.match(ended['JSON nested 100,000 deep'], /invalid_request/)
  t.match(ended['a million ids in one request'], /ended by the server/)
  t.match(ended['as many ids as fit into one frame'], /invalid_params/)
  t.equal(ended['idle sockets, logged in'], '1000 of 1000 were open at once')
})
