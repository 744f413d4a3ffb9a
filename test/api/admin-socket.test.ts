import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { AdminActions } from '../../src/api/admin-actions.ts'
import { openAdminSocket } from '../../src/api/admin-socket.ts'

t.test('a request that fails is in the log; one that nobody waits for any more is not', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kinbox-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const lines: string[] = []
  const note = (_: object, text: string) => void lines.push(text)
  const log = { debug: note, info: note, warn: note, error: note }
  let asked = 0
  let failed = () => {}
  const ended = new Promise<void>((resolve) => { failed = resolve })
  const actions = {
    status: () => Promise.reject(new Error('no disk')),
    async verify(_: object, { signal }: { signal: AbortSignal }) {
      asked++
      if (!signal.aborted) await once(signal, 'abort')
      failed()
      throw new Error('the search index was stopped')
    }
  } as unknown as AdminActions
  const server = await openAdminSocket({ folder, actions, log })
  const client = connect(join(folder, 'admin.sock'))
  client.write('{"verb":"status"}\n')
  const [answer] = await once(client, 'data') as [Buffer]
  t.match(JSON.parse(answer.toString()), { error: { kind: 'failed', message: 'no disk' } })
  t.same(lines, ['an admin request failed'])
  client.write('{"verb":"verify"}\n')
  while (asked === 0) await new Promise((resolve) => setImmediate(resolve))
  await server.close()
  await ended
  await new Promise((resolve) => setImmediate(resolve))
  t.same(lines, ['an admin request failed'])
})
