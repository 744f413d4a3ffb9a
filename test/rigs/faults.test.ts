import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { corpora } from '../fakes/twilio.ts'
import { dovecotMissing } from '../servers/dovecot.ts'
import { prosodyMissing } from '../servers/prosody.ts'
import { anySeed } from './dice.ts'
import { faultsRun } from './faults.ts'
import { findings } from './verdict.ts'

t.setTimeout(240_000)
const skip = dovecotMissing || (existsSync(join(corpora, 'sms')) ? false : 'the published API file is missing: set KINBOX_CORPORA')

t.test('the lines to the networks go bad: nothing is lost or doubled, and each is soon good again', { skip, timeout: 230_000 }, async (t) => {
  const seed = anySeed()
  const result = await faultsRun({ seed, faults: 100, mailboxes: 8, numbers: 6, chats: prosodyMissing ? 0 : 5, faster: 6, withinMs: 60_000, say: (line) => t.comment(line) })
  t.comment(`seed ${seed}: ${result.faults} faults, recovered within ${result.recoveredMs} ms, half-open found within ${result.foundMs} ms (waits 6 times shorter); ${result.uncertain} sends are uncertain, ${result.uncertainArrived} of which arrived`)
  t.same(findings(result), [], `seed ${seed}`)
  t.ok(result.faults >= 16, `${result.faults} faults`)
})
