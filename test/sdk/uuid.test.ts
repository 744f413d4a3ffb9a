import t from 'tap'
import { uuidv7 } from '../../sdk/index.ts'

t.test('a name for a message is a UUID of version 7, and they sort by time', async t => {
  for (let i = 0; i < 100; i++) t.match(uuidv7(), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.equal(uuidv7(1_000) < uuidv7(2_000), true)
  t.equal(uuidv7(1_700_000_000_000).startsWith('018bcfe5-6800-7'), true)
})
