import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Argon2Parameters } from 'node:crypto'

/** argon2id (RFC 9106) at OWASP's cost: 19 MiB, two passes, one lane. */
const cost = { memory: 19456, passes: 2, parallelism: 1 }
const tagLength = 32

/** A stored hash can ask for no more than this: it is checked before memory is taken. */
const most = { memory: 262144, passes: 16, parallelism: 8 }

/** So many at once: each holds a thread of the pool that files need too. The rest waits in line. */
const atOnce = 2

/** Hashes and checks passwords, a few at a time. One for each process. */
export type Passwords = {
  /** A PHC string. */
  hash(password: string): Promise<string>
  /** Takes as long for a stored value of null (unknown user, no password) as for any other, and then says false. */
  check(password: string, stored: string | null): Promise<boolean>
}

/** See Passwords. Makes one hash of nobody's password first, to compare with where there is none. */
export function passwords(): Passwords {
  const waiting: (() => void)[] = []
  let free = atOnce
  const nobody = hash(randomBytes(16).toString('hex'))
  nobody.catch(() => undefined)

  async function derive(parameters: Argon2Parameters): Promise<Buffer> {
    if (free > 0) free--
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await new Promise((resolve, reject) => argon2('argon2id', parameters, (error, key) => error ? reject(error) : resolve(key)))
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }

  async function hash(password: string): Promise<string> {
    const nonce = randomBytes(16)
    const key = await derive({ ...cost, message: password.normalize('NFKC'), nonce, tagLength })
    return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(nonce)}$${base64(key)}`
  }

  async function check(password: string, stored: string | null): Promise<boolean> {
    const { parameters, key } = parse(stored ?? await nobody)
    const same = timingSafeEqual(await derive({ ...parameters, message: password.normalize('NFKC'), tagLength: key.length }), key)
    return same && stored !== null
  }

  return { hash, check }
}

function parse(text: string): { parameters: Omit<Argon2Parameters, 'message' | 'tagLength'>, key: Buffer } {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{22,})$/.exec(text)
  const [memory, passes, parallelism] = match ? match.slice(1, 4).map(Number) as [number, number, number] : [0, 0, 0]
  if (!match || memory > most.memory || passes > most.passes || parallelism > most.parallelism) throw new Error('a stored password is not in a form that is known')
  return { parameters: { memory, passes, parallelism, nonce: Buffer.from(match[4]!, 'base64') }, key: Buffer.from(match[5]!, 'base64') }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}
