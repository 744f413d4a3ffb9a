import t from 'tap'
import { openStore } from '../../src/store/database.ts'
import { getRaw } from '../../src/store/raws.ts'
import { removeRaw, unusedRaws } from '../../src/store/unused.ts'
import { testClock, testLog } from '../fixtures/store.ts'
import { unpack } from '../fixtures/upgrade/unpack.ts'

t.test('original bytes that no message has go, unless the same ones came in meanwhile', async t => {
  const { folder } = await unpack(t)
  const store = await openStore({ folder, clock: testClock(), log: testLog() })
  t.teardown(() => store.close())
  t.same((await store.read(unusedRaws)).digests, [])
  const digests = await store.hot(tx => {
    const taken = tx.all<{ raw_digest: Uint8Array }>('SELECT raw_digest FROM message_body WHERE message_id IN (1, 4) ORDER BY message_id').map(({ raw_digest }) => raw_digest)
    tx.run('UPDATE message_body SET raw_digest = NULL WHERE message_id IN (1, 4)')
    return taken
  })
  const found = await store.read(unusedRaws)
  t.same(found.digests.map(String).sort(), digests.map(String).sort())
  // The same mail comes to another account between the look and the removal.
  await store.hot(tx => {
    const id = tx.nextId('message')
    tx.run(`INSERT INTO message (id, user_id, strand_id, sort_at, account_id, channel, direction, sender, folder, because, preview, seen, received_at)
      SELECT ?, user_id, strand_id, sort_at, account_id, channel, direction, sender, folder, because, preview, seen, received_at FROM message WHERE id = 1`, id)
    tx.run("INSERT INTO message_body (message_id, text, recipients, refs, raw_digest) VALUES (?, '', '[]', '[]', ?)", id, digests[0]!)
  })
  t.same(await store.hot(tx => digests.map(digest => removeRaw(tx, digest, found.newest))), [false, true])
  t.same(await store.read(tx => digests.map(digest => getRaw(tx, digest) !== undefined)), [true, false])
})
