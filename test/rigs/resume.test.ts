import t from 'tap'
import { anySeed } from './dice.ts'
import { resumeRun } from './resume.ts'

// Thirty seconds of cuts; the rest is for a busy machine.
t.setTimeout(180_000)

t.test('clients that are cut at random bytes have every event once and in order, and show what a snapshot shows', { timeout: 170_000 }, async (t) => {
  const seed = anySeed()
  const { cuts, replays, events, gaps, doubles, disorder, windows, wrong } = await resumeRun({ seed, cuts: 1_000, clients: 24, withinMs: 30_000, say: (line) => t.comment(line) })
  t.comment(`seed ${seed}: ${cuts} cuts, ${replays} replays, ${events} events`)
  t.same({ gaps, doubles, disorder: disorder.slice(0, 10), windows, wrong }, { gaps: [], doubles: [], disorder: [], windows: [], wrong: [] }, `seed ${seed}`)
  t.ok(cuts >= 100 && replays > 10, `${cuts} cuts, ${replays} replays`)
})
