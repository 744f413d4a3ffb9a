import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { closeSync, fchmodSync, fstatSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { StartError } from './start-error.ts'

/** Keeps secrets unreadable in the database: AES-256-GCM with a key for each value, wrapped by the folder's key, which is not in the database. */
export type Seal = {
  /** JSON in, bytes out; never the same twice. `bound` ties the bytes to their row: in another row they do not open. */
  close(value: unknown, bound?: string): Uint8Array
  /** Throws SealError when the bytes were changed, belong to another row, or were sealed with another key. */
  open<T>(bytes: Uint8Array, bound?: string): T
}

export class SealError extends Error {
  constructor() {
    super('This secret cannot be read: it was changed, or the file secret.key is not the one it was sealed with. Restore secret.key from the backup of the same folder, or enter the settings again.')
    this.name = 'SealError'
  }
}

const format = 1
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const wrappedBytes = nonceBytes + keyBytes + tagBytes

/**
 * The seal of a data folder. Its key lies in `secret.key` (mode 0600), made at the first start, unless the operator keeps
 * it elsewhere and gives it here (`given`: 32 bytes in base64). Throws StartError when that file cannot be made or is no key.
 */
export function openSeal(folder: string, given: string | null = null): Seal {
  const key = given === null ? folderKey(join(folder, 'secret.key')) : Buffer.from(given, 'base64')
  if (key.length !== keyBytes) throw new StartError('KINBOX_SECRET_KEY is not 32 bytes in base64. Make one with: openssl rand -base64 32')
  return {
    close(value, bound = '') {
      const own = randomBytes(keyBytes)
      const aad = Buffer.from(bound)
      return Buffer.concat([Buffer.of(format), encrypt(key, own, aad), encrypt(own, Buffer.from(JSON.stringify(value)), aad)])
    },
    open<T>(bytes: Uint8Array, bound = ''): T {
      const aad = Buffer.from(bound)
      let text: string
      try {
        if (bytes[0] !== format) throw new SealError()
        const own = decrypt(key, bytes.subarray(1, 1 + wrappedBytes), aad)
        text = decrypt(own, bytes.subarray(1 + wrappedBytes), aad).toString()
      } catch {
        throw new SealError()
      }
      return JSON.parse(text) as T
    }
  }
}

function encrypt(key: Uint8Array, plain: Uint8Array, aad: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Uint8Array, bytes: Uint8Array, aad: Uint8Array): Buffer {
  const end = bytes.length - tagBytes
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes }).setAAD(aad).setAuthTag(bytes.subarray(end))
  return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, end)), decipher.final()])
}

function folderKey(file: string): Buffer {
  try {
    return readKey(file) ?? makeKey(file)
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(`The key file ${file} cannot be used (${(error as Error).message}). Make it readable for this user, and the folder writable.`, error)
  }
}

function readKey(file: string): Buffer | null {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null
    throw error
  }
  try {
    // A backup program may have restored it readable for all.
    if ((fstatSync(fd).mode & 0o077) !== 0 && process.platform !== 'win32') fchmodSync(fd, 0o600)
    const key = Buffer.from(readFileSync(fd, 'utf8').trim(), 'base64')
    if (key.length !== keyBytes) throw new StartError(`The key file ${file} is damaged. Restore it from a backup: without it the stored passwords of the accounts cannot be read. If there is none, delete it and enter those passwords again.`)
    return key
  } finally {
    closeSync(fd)
  }
}

/** Linked into place when it is on disk: a crash leaves either no key or a whole one, and of two that start at once both use the same. */
function makeKey(file: string): Buffer {
  const partial = `${file}.${randomBytes(6).toString('hex')}`
  const fd = openSync(partial, 'wx', 0o600)
  try {
    writeSync(fd, randomBytes(keyBytes).toString('base64') + '\n')
    fsyncSync(fd)
    closeSync(fd)
    try {
      linkSync(partial, file)
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error
    }
  } finally {
    rmSync(partial, { force: true })
  }
  if (process.platform === 'win32') return readKey(file)!
  const folder = openSync(join(file, '..'), 'r')
  fsyncSync(folder)
  closeSync(folder)
  return readKey(file)!
}
