import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import t from 'tap'
import { breakOff } from './proxy.ts'

/** Both ends of a connection. */
async function pair(): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const here = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  const [[there]] = await Promise.all([once(server, 'connection') as Promise<[Socket]>, once(here, 'connect')])
  server.close()
  return [here.resume(), there.resume()]
}

for (const { name, ending, reset, seen } of [
  { name: 'reset', ending: false, reset: true, seen: 'ECONNRESET' },
  { name: 'closed', ending: false, reset: false, seen: 'end' },
  { name: 'reset while its end is on the way', ending: true, reset: true, seen: 'end' }
]) {
  t.test(`a connection that is ${name} is closed on both sides`, async (t) => {
    const [here, there] = await pair()
    const closed = once(here, 'close')
    const heard = once(there, 'end').then(() => 'end', (error: NodeJS.ErrnoException) => error.code)
    if (ending) here.end()
    breakOff(here, reset)
    await closed
    t.equal(await heard, seen)
    there.destroy()
  })
}
