/**
 * Loaded before the server by `--import`. It changes sources as they are loaded and nothing else: calls at
 * the named points, and shorter waits. So the server that is killed is the one that is shipped, without a switch in it.
 *
 * RIG_TREE: the tree that runs. RIG_POINT: `{"name","nth"}`, where to die. RIG_STANDBY: load everything, then wait on descriptor 3 for
 * such a line before main.ts runs. RIG_FASTER: every wait of the connectors, of reconnecting and of sending again is so many times shorter.
 */
import { readSync, writeSync } from 'node:fs'
import { flushCompileCache, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { points, withPoints } from './points.ts'
import { fasterSource } from './faster.ts'

const env = process.env
const tree = env['RIG_TREE']!
const root = pathToFileURL(tree + '/').href
const faster = Number(env['RIG_FASTER'] ?? 1)

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.startsWith(root) || loaded.source === undefined || loaded.source === null) return loaded
    const path = url.slice(root.length)
    const here = points.filter(({ file }) => file === path)
    const original = typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString()
    const source = withPoints(faster > 1 ? fasterSource(path, original, faster) : original, here).text
    return source === original ? loaded : { ...loaded, source }
  }
})

// Whoever is killed writes nothing at its end: what was compiled, of workers too, is kept now, and the next one is there in half the time.
setTimeout(flushCompileCache, 1_000).unref()

type Armed = { name: string, nth: number }
let armed: Armed | null = env['RIG_POINT'] ? JSON.parse(env['RIG_POINT']) as Armed : null
let passed = 0
;(globalThis as unknown as Record<symbol, unknown>)[Symbol.for('rig')] = (name: string): void => {
  if (name !== armed?.name || ++passed < armed.nth) return
  if (env['RIG_STANDBY']) writeSync(3, name + '\n')
  process.kill(process.pid, 'SIGKILL')
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
}

if (env['RIG_STANDBY']) {
  await import(root + 'src/app.ts')
  flushCompileCache()
  const line = readLine()
  if (line === null) process.exit(0)
  armed = JSON.parse(line) as Armed | null
}

/** Waits for one line without turning the event loop: nothing of the server may begin meanwhile. null: the rig is gone. */
function readLine(): string | null {
  const byte = Buffer.alloc(1)
  for (let text = ''; ;) {
    try {
      if (readSync(3, byte) === 0) return null
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      continue
    }
    if (byte[0] === 10) return text
    text += byte.toString('latin1')
  }
}
