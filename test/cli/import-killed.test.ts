import t from 'tap'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { tempFolder } from '../fixtures/store.ts'
import { kinbox } from '../fixtures/terminal.ts'
import { rigEnvironment } from '../rigs/server.ts'
import { ownTree } from '../rigs/tree.ts'

const total = 1500
type Stored = { messages: number, mails: number, bodies: number, bookmarks: number }
const program = join(import.meta.dirname, '../../src/main.ts')
const mail = (n: number) => `From alice@friend.example Thu Nov 21 10:20:30 2024\nFrom: Alice <alice${n % 40}@friend.example>\nTo: ada@example.org\nSubject: Trip ${n}\nMessage-ID: <${n}@friend.example>\n\nHello ${n}\n${'A line of a long story that somebody wrote.\n'.repeat(20)}\n`

t.test('an import that was killed goes on where it was: every mail comes in, none twice, none lost', async (t) => {
  const folder = await tempFolder(t)
  const data = join(folder, 'data')
  await mkdir(data, { mode: 0o700 })
  const path = join(folder, 'all.mbox')
  await writeFile(path, Array.from({ length: total }, (_, n) => mail(n)).join(''))
  const command = ['import', '--user', 'ada', '--own', 'ada@example.org', '--json', path]
  t.match(await kinbox(data, ['user', 'add', 'ada']), { code: 0 })

  const stored = () => {
    const db = new Database(join(data, 'kinbox.db'), { readonly: true })
    try {
      return db.prepare('SELECT (SELECT count(*) FROM message) AS messages, (SELECT count(DISTINCT message_id) FROM message) AS mails, (SELECT count(*) FROM message_body) AS bodies, (SELECT count(*) FROM bookmark) AS bookmarks').get() as Stored
    } finally {
      db.close()
    }
  }
  // It kills itself there: whoever only looks on may be too slow for it.
  const env = rigEnvironment(ownTree, { armed: { name: 'import: batch received', nth: 3 } })
  const first = spawn(process.execPath, [program, ...command, '--data', data], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  t.same(await once(first, 'exit'), [null, 'SIGKILL'], 'killed before it was done')
  const before = stored()
  t.ok(before.messages > 0 && before.messages < total && before.bookmarks === 1, `${before.messages} were there`)

  const { code, out } = await kinbox(data, command)
  t.equal(code, 0)
  const summary = JSON.parse(out) as { messages: number, stored: number, known: number }
  t.match(summary, { stored: total - before.messages })
  t.ok(summary.messages < total, `${summary.messages} of ${total} were read the second time`)
  t.same(stored(), { messages: total, mails: total, bodies: total, bookmarks: 0 })
})
