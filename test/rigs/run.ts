/**
 * The rigs in full: `npm run rig -- kill 1000`, `faults 2000`, `resume 50000`, `limits`, `attack 100000`, `from 1000000`. `--seed N` repeats a run, `--lanes 2` kills
 * in two places side by side (a start takes little more than one core) and `--minutes N` begins no kill after that, `--write` puts what came out into docs/reliability.md, `--tree PATH` runs the server of another checkout. Exit code 1 where something was found that must not be.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { prosodyMissing } from '../servers/prosody.ts'
import { attackRun } from './attack.ts'
import { anySeed } from './dice.ts'
import { faultsRun } from './faults.ts'
import { fromRun } from './from-headers.ts'
import { killRun, together } from './kill.ts'
import { limitsRun, mostMib, mostMs } from './limits.ts'
import { points } from './points.ts'
import { figures, report } from './report.ts'
import { resumeRun } from './resume.ts'
import { ownTree } from './tree.ts'
import { findings } from './verdict.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string' }, lanes: { type: 'string' }, minutes: { type: 'string' }, write: { type: 'boolean' }, faster: { type: 'string' }, tree: { type: 'string' } } })
const tree = resolve(values.tree ?? ownTree)
const [rig = '', count] = positionals
const seed = values.seed === undefined ? anySeed() : Number(values.seed)
const lanes = Number(values.lanes ?? 1)
const say = (line: string) => void process.stdout.write(line + '\n')

type Outcome = { rows: (readonly [string, string | number])[], found: string[], ms: number }

const rigs: Record<string, () => Promise<Outcome>> = {
  async kill() {
    const runs = await Promise.all(Array.from({ length: lanes }, (_, lane) => killRun({ seed: seed + lane, tree, kills: Math.ceil(Number(count ?? 1000) / lanes), ...(values.minutes ? { withinMs: Number(values.minutes) * 60_000 } : {}), say: (line) => say(lanes > 1 ? `lane ${lane + 1}: ${line}` : line) })))
    const result = runs.reduce(together)
    const { mail, text, chat, status, send, file } = result.acknowledged
    const never = points.map(({ name }) => name).filter((name) => !result.reached.includes(name))
    return {
      rows: [
        ['kills', lanes > 1 ? `${result.kills}, in ${lanes} lanes side by side` : result.kills], ['at a named point', `${result.named}, at ${result.reached.length} of ${points.length} points`], ['at a random moment', result.random],
        ['acknowledged: mails, text messages, chat messages, delivery reports, sends, imported mails, backups', [mail, text, chat, status, send, file, result.backups].join(', ')], ['events at a client that resumed through all of it', result.events],
        ['**acknowledged and lost**', result.lost.length], ['**doubled**', result.doubled.length], ['**sent twice**', result.sentTwice.length], ['anything else that must not be', result.wrong.length],
        ['uncertain, and shown as such', `${result.uncertain}, of which ${result.uncertainArrived} had arrived`], ...(never.length > 0 ? [['points that were not passed', never.join('; ')] as const] : [])
      ],
      found: findings(result), ms: result.ms
    }
  },
  async attack() {
    const { sent, kinds, inInbox, inFriends, linked, changed, apart, apartInInbox, apartUnmarked, ms } = await attackRun({ seed, messages: Number(count ?? 100_000), say })
    return {
      rows: [
        ['messages of strangers', sent], ...Object.entries(kinds).sort().map(([kind, times]) => [kind, times] as const),
        ['**in the inbox**', inInbox.length], ['**in a friend\'s conversation**', inFriends.length], ['**linked to a friend**', linked.length], ['anything of the friends that changed', changed.length],
        ['counted apart: an exact number, or the exact address of a domain that proves nothing', `${apart}, of which ${apartInInbox} in the inbox`], ['those that do not say "not proven"', apartUnmarked.length]
      ],
      found: [...inInbox, ...inFriends, ...linked, ...changed, ...apartUnmarked], ms
    }
  },
  async from() {
    const { headers, believed, refused, against, plain, plainBelieved, ms } = fromRun({ seed, headers: Number(count ?? 1_000_000) })
    return {
      rows: [
        ['From lines', headers], ['for which our own parser names a sender', believed], ...Object.entries(refused).map(([name, times]) => [`of these refused by ${name}`, times] as const),
        ['**another reader names another sender**', against.length], ['sensible ones, and those read', `${plain}, ${plainBelieved}`]
      ],
      found: against, ms
    }
  },
  async faults() {
    const faster = Number(values.faster ?? 1)
    const result = await faultsRun({ seed, tree, faults: Number(count ?? 2000), mailboxes: 12, numbers: 8, chats: prosodyMissing ? 0 : 6, faster, outages: faster === 1, say })
    return {
      rows: [
        ['faults', result.faults], ...Object.entries(result.kinds).sort().map(([kind, times]) => [kind, times] as const), ['mails, text messages, chat messages, sends', `${result.mails}, ${result.texts}, ${result.chatted}, ${result.sends}`],
        ['**lost**', result.lost.length], ['**doubled**', result.doubled.length], ['**sent twice**', result.sentTwice.length], ['anything else that must not be', result.wrong.length],
        ['slowest recovery after the end of a fault (at most 60 s)', `${(result.recoveredMs / 1000).toFixed(1)} s`],
        ['slowest discovery of a half-open line (at most 90 s)', `${(result.foundMs / 1000).toFixed(1)} s${faster > 1 ? ` (waits ${faster} times shorter)` : ''}`],
        ['uncertain, and shown as such', `${result.uncertain}, of which ${result.uncertainArrived} had arrived`]
      ],
      found: findings(result), ms: result.ms
    }
  },
  async resume() {
    const result = await resumeRun({ seed, tree, cuts: Number(count ?? 50_000), clients: 24, say })
    return {
      rows: [
        ['connections cut', result.cuts], ['resumed with a replay', result.replays], ['snapshots', result.snapshots], ['events in the log, and accepted by all clients', `${result.events}, ${result.accepted}`],
        ['**gaps**', result.gaps.length], ['**doubles**', result.doubles.length], ['**out of order**', result.disorder.length], ['snapshots that with the events after them led elsewhere', result.windows.length], ['anything else that must not be', result.wrong.length]
      ],
      found: [...result.gaps, ...result.doubles, ...result.disorder, ...result.windows, ...result.wrong], ms: result.ms
    }
  },
  async limits() {
    const result = await limitsRun({ tree, say })
    return {
      rows: [...result.cases.map(({ name, risenMib, slowestMs, ended }) => [name, `${risenMib} MiB, others waited ${slowestMs} ms at most; ${ended}`] as const), [`over ${mostMib} MiB, or others kept waiting over ${mostMs} ms`, result.wrong.length]],
      found: result.wrong, ms: result.ms
    }
  }
}

const run = rigs[rig]
if (!run) {
  say(`Which rig? npm run rig -- ${Object.keys(rigs).join(' | ')} [count] [--seed N] [--write]`)
  process.exit(2)
}
if (rig !== 'limits') say(`seed ${seed}`)
const { rows, found, ms } = await run()
for (const line of figures(rows)) say(line)
for (const text of found.slice(0, 50)) say(text)
if (found.length > 50) say(`and ${found.length - 50} more`)
say(`${(ms / 1000).toFixed(0)} s${rig === 'limits' ? '' : `, seed ${seed}`}`)
if (values.write) report(rig, figures(rows), rig === 'limits' ? null : seed, ms)
process.exit(found.length > 0 ? 1 : 0)
