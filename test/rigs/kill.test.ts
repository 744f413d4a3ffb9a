import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { corpora } from '../fakes/twilio.ts'
import { dovecotMissing } from '../servers/dovecot.ts'
import { anySeed } from './dice.ts'
import { fasterSource, waitsIn } from './faster.ts'
import { killRun } from './kill.ts'
import { points, withPoints } from './points.ts'
import { acknowledgesEarly, forgetsClientIds, ownTree, patchedTree, sendsAgain } from './tree.ts'
import type { Patch } from './tree.ts'
import { findings } from './verdict.ts'

// Limits for a machine that is busy with other things; on an idle one all of it takes two minutes.
t.setTimeout(540_000)
const skip = dovecotMissing || (existsSync(join(corpora, 'sms')) ? false : 'the published API file is missing: set KINBOX_CORPORA')

t.test('each named point and each wait stands in the source once', async (t) => {
  const read = (file: string) => readFileSync(join(ownTree, file), 'utf8')
  t.same([...new Set(points.map(({ file }) => file))].flatMap((file) => withPoints(read(file), points.filter((point) => point.file === file)).missed), [])
  t.equal(new Set(points.map(({ name }) => name)).size, points.length)
  const files = ['connectors/email/timing.ts', 'connectors/xmpp/connect.ts', 'src/api/limits.ts', 'src/outbound/deliver.ts', 'src/accounts/supervisor.ts']
  t.same(files.map((file) => waitsIn(file, read(file)).sort()), [['answer', 'connect', 'historyRetry', 'idle', 'poll'], ['ackMs', 'requestAckInterval', 'timeout'], ['stallMs'], ['retryBaseMs'], ['openMs', 'retryBaseMs', 'retryMaxMs']])
  t.match(fasterSource(files[0]!, read(files[0]!), 6), /poll: 10000,/)
})

t.test('killed again and again: nothing acknowledged is lost, nothing is doubled, nothing is sent twice', { skip, timeout: 400_000 }, async (t) => {
  const seed = anySeed()
  const result = await killRun({ seed, kills: 100, withinMs: 60_000, say: (line) => t.comment(line) })
  t.comment(`seed ${seed}: ${result.kills} kills, ${result.named} of them at ${result.reached.length} named points; ${result.uncertain} sends are uncertain, ${result.uncertainArrived} of which arrived`)
  t.same(findings(result), [], `seed ${seed}`)
  t.ok(result.kills >= 8, `${result.kills} kills`)
  t.ok(result.acknowledged.text > 0 && result.acknowledged.mail > 0 && result.acknowledged.send > 0 && result.events > 0, JSON.stringify(result.acknowledged))
})

const controls: { name: string, patches: Patch[], only: string[], kills: number, caught: 'lost' | 'doubled' | 'sentTwice' }[] = [
  { name: 'acknowledges before the commit', patches: acknowledgesEarly, only: ['receive: blobs synced', 'receive: understood', 'receive: events written'], kills: 24, caught: 'lost' },
  { name: 'forgets what clients asked for', patches: forgetsClientIds, only: ['send: about to be answered'], kills: 2, caught: 'doubled' },
  { name: 'sends again what was being sent', patches: sendsAgain, only: ['send: outcome known, not stored', 'send: text message taken'], kills: 4, caught: 'sentTwice' }
]

for (const { name, patches, only, kills, caught } of controls) {
  t.test(`a server that ${name} is caught`, { skip, timeout: 400_000 }, async (t) => {
    const tree = patchedTree(patches)
    t.teardown(() => tree.remove())
    const seed = anySeed()
    const result = await killRun({ seed, kills, tree: tree.path, only, settleMs: 15_000 })
    t.ok(result[caught].length > 0, `seed ${seed}: ${JSON.stringify(findings(result).slice(0, 5))} after ${result.kills} kills`)
  })
}
