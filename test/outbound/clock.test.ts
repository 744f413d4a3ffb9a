import t from 'tap'
import { desk, later } from './desk.ts'

const alice = { kind: 'email', address: 'alice@friend.example' }
const hour = 60 * 60_000

t.test('what was never tried goes out at once, also when the clock is set back while it waits', async (t) => {
  const d = await desk(t)
  d.offline.add(d.mail)
  const id = await d.send({ to: alice })
  d.clock.time -= hour / 2
  d.offline.delete(d.mail)
  d.deliver.wake(d.mail)
  await d.until(id, 'sent')
})

t.test('what waits for its next try does not wait for as long as the clock was set back', async (t) => {
  const d = await desk(t)
  d.nets.get(d.mail)!.script.push(later)
  const id = await d.send({ to: alice })
  for (let ticks = 0; ticks < 100_000; ticks++) {
    const [dispatch] = await d.dispatches(id)
    if (dispatch!.state === 'queued' && dispatch!.tries === 1) break
    await new Promise((tick) => setImmediate(tick))
  }
  d.clock.time -= 48 * hour
  d.deliver.wake(d.mail)
  await d.until(id, 'sent')
  t.same(d.nets.get(d.mail)!.took.length, 1)
})
