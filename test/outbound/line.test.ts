import t from 'tap'
import { ConnectorError } from '../../src/connector.ts'
import { desk, later } from './desk.ts'

const alice = { kind: 'email', address: 'alice@friend.example' }

for (const { what, refuse, mostMs } of [
  { what: 'a line that broke is tried again within about a minute, however often it broke', refuse: () => { throw new ConnectorError('connection-lost', 'The connection broke off. Kinbox connects again.', { retry: 'later' }) }, mostMs: 61_000 },
  { what: 'a server that is busy is asked less and less often', refuse: later, mostMs: 961_000 }
]) {
  t.test(what, async (t) => {
    const d = await desk(t)
    const net = d.nets.get(d.mail)!
    net.script.push(...Array.from({ length: 6 }, () => refuse))
    const id = await d.send({ to: alice })
    for (let tries = 1; tries <= 6; tries++) {
      for (let ticks = 0; ticks < 100_000; ticks++) {
        const [dispatch] = await d.dispatches(id)
        if (dispatch!.state === 'queued' && dispatch!.tries === tries) break
        await new Promise((tick) => setImmediate(tick))
      }
      const [dispatch] = await d.dispatches(id)
      t.equal(dispatch!.tries, tries)
      if (tries === 6) t.equal(dispatch!.nextAt, d.clock.now() + mostMs)
      d.clock.time += mostMs
      d.deliver.wake(d.mail)
    }
    await d.until(id, 'sent')
  })
}
