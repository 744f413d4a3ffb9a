import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Server } from 'node:net'

/** So many ports go with the one that is held. */
const blockSize = 16
const firstPort = 12_000

/** What this process has to give: the rest of its block. */
const own: number[] = []

/**
 * Ports of the loopback that are this process's own: nobody else is given one of them, neither now nor after who listens there has gone and
 * before it comes again. They lie below those that the system gives to whoever asks for any port or connects somewhere, and a process holds
 * the first port of a block for as long as it lives, which makes the others its own among all tests.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = own.shift()
    if (port === undefined) own.push(...await block())
    else if (await bound(port).then(closed, () => false)) ports.push(port)
  }
  return ports
}

/** A block that nobody has. The first look is at a place that is another one for each process, so that few meet. */
async function block(): Promise<number[]> {
  const blocks = Math.floor((lastPort() - firstPort) / blockSize)
  for (let tries = 0; tries < blocks; tries++) {
    const first = firstPort + (process.pid + tries) % blocks * blockSize
    const held = await bound(first).catch(() => null)
    // Held until the process ends, and no reason for it not to.
    if (held?.unref()) return Array.from({ length: blockSize - 1 }, (_, i) => first + 1 + i)
  }
  throw new Error(`no free ports between ${firstPort} and ${lastPort()}`)
}

/** Below the ports that the system gives by itself (ip_sysctl: ip_local_port_range); where it does not say, below the usual ones. */
function lastPort(): number {
  try {
    const [low = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number)
    return low >= firstPort + 100 * blockSize ? low : 32_768
  } catch {
    return 32_768
  }
}

function bound(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

function closed(server: Server): Promise<true> {
  return new Promise((resolve) => server.close(() => resolve(true)))
}
