import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { Mechanism } from '@xmpp/client'

const derive = promisify(pbkdf2)

/**
 * SCRAM (RFC 5802, RFC 7677), derived by OpenSSL in its own thread: the library's own takes a second of everybody's time at a login.
 * Throws when the server's part makes no sense.
 */
export function scram(hash: 'sha1' | 'sha256'): new () => Mechanism {
  return class {
    name = hash === 'sha1' ? 'SCRAM-SHA-1' : 'SCRAM-SHA-256'
    clientFirst = true
    #nonce = randomBytes(18).toString('base64')
    #challenge: string | null = null

    challenge(text: string): void {
      this.#challenge = text
    }

    async response({ username, password }: { username: string, password: string }): Promise<string> {
      const first = `n=${username.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${this.#nonce}`
      if (this.#challenge === null) return 'n,,' + first
      const parts = new Map(this.#challenge.split(',').map((part) => [part[0], part.slice(2)]))
      const nonce = parts.get('r') ?? ''
      const salt = Buffer.from(parts.get('s') ?? '', 'base64')
      const rounds = Number(parts.get('i'))
      if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce || salt.length === 0 || !Number.isInteger(rounds) || rounds < 1 || rounds > 1_000_000) throw new Error('the server asks for the password in a way that makes no sense')
      const salted = await derive(password.normalize('NFKC'), salt, rounds, hash === 'sha1' ? 20 : 32, hash)
      const key = createHmac(hash, salted).update('Client Key').digest()
      const last = `c=biws,r=${nonce}`
      const signature = createHmac(hash, createHash(hash).update(key).digest()).update(`${first},${this.#challenge},${last}`).digest()
      return `${last},p=${Buffer.from(key.map((byte, i) => byte ^ signature[i]!)).toString('base64')}`
    }
  }
}
