/** How much of a mail is checked: what a stranger sends must not keep us busy. */
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { Head } from './head.ts'

/** More signatures than this are a way to keep us busy, not a proof. */
export const MAX_SIGNATURES = 16
export const MAX_SIGNATURE_CHARS = 4096
/** The hash of a body costs a few microseconds a line; a real mail of 25 MB has 450,000. */
const MAX_LINES = 600_000
/** The library's time for a head grows with the square of its lines: over a minute for 200 KB of them. */
const MAX_HEAD_LINES = 3000

/** Whether it has more lines than are read for a signature's sake. */
export function hasTooManyLines(raw: Uint8Array, head: Head): boolean {
  if (head.lines > MAX_HEAD_LINES) return true
  let lines = 0
  for (let at = raw.indexOf(10); at >= 0; at = raw.indexOf(10, at + 1)) if (++lines > MAX_LINES) return true
  return false
}

/** In pieces, with a turn of the event loop after each: the library itself never lets go of it, seconds for a large mail. */
export function paced(raw: Uint8Array): Readable {
  const size = 16 * 1024
  return Readable.from((async function * () {
    for (let at = 0; at < raw.byteLength; at += size) {
      yield Buffer.from(raw.buffer, raw.byteOffset + at, Math.min(size, raw.byteLength - at))
      if (raw.byteLength > size) await turn()
    }
  })(), { objectMode: false })
}
