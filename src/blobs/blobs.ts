import { createHash, randomBytes } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { createReadStream, rmSync, statSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Clock } from '../model/ports.ts'

/**
 * Files by the SHA-256 of what is in them, under `<folder>/blobs/ab/cd…`. A file with its name is always whole.
 * `sync` must resolve before a commit that refers to a digest; only then is it safe against a loss of power.
 */
export type Blobs = {
  /** Returns the digest (32 bytes). Putting the same bytes again changes nothing. */
  put(bytes: Uint8Array): Promise<Uint8Array>
  /** Throws BlobTooLarge past `maxBytes`; then nothing is kept. */
  putStream(stream: AsyncIterable<Uint8Array | string>, maxBytes: number): Promise<{ digest: Uint8Array, size: number }>
  /** A folder beside the files, where one may be written before it is one of them; what is left there is swept away later. */
  readonly spool: string
  /** Takes a file of the spool as it is; it is read once, in pieces, for its digest. */
  adopt(file: string): Promise<{ digest: Uint8Array, size: number }>
  /** Rejects with ENOENT where there is none, and when what is stored no longer has that digest. */
  read(digest: Uint8Array): Promise<Uint8Array>
  /** All of it, or a part of which both ends count. */
  stream(digest: Uint8Array, part?: { start: number, end: number }): Readable
  path(digest: Uint8Array): string
  /** Everything put before the call is on disk when it resolves. */
  sync(): Promise<void>
  /** No error where there is none. */
  remove(digest: Uint8Array): Promise<void>
  /**
   * Removes a file that nobody has put since `before` (ms), not even in this moment; false: it stays, or there is none. Who puts
   * the same bytes again has made the file new again, or writes it anew, so what is about to be committed is never taken away.
   */
  removeOld(digest: Uint8Array, before: number): boolean
}

export class BlobTooLarge extends Error {
  constructor(maxBytes: number) {
    super(`This file is larger than ${maxBytes} bytes, which is the most that is taken.`)
    this.name = 'BlobTooLarge'
  }
}

/**
 * The blob store of a data folder. The folders below it are made as they are needed. `clock`: the machine's, by which files are
 * dated; without it, what is put again is written anew.
 */
export function openBlobs(folder: string, clock: Clock | null = null): Blobs {
  const root = join(folder, 'blobs')
  const spool = join(root, 'partial')
  const unsynced = new Set<string>()
  /** Their sync failed: the system may have dropped what was written, so putting them again writes anew. */
  const suspect = new Set<string>()
  /** What is being put just now, and how often. */
  const arriving = new Map<string, number>()
  let syncing: Promise<void> = Promise.resolve()

  function path(digest: Uint8Array): string {
    if (digest.length !== 32) throw new Error('a digest has 32 bytes')
    const hex = Buffer.from(digest).toString('hex')
    return join(root, hex.slice(0, 2), hex.slice(2))
  }

  /** The mark stands before the file is looked at, and until it is new: `removeOld`, which never waits, sees one or the other. */
  async function whileArriving<T>(target: string, fn: () => Promise<T>): Promise<T> {
    arriving.set(target, (arriving.get(target) ?? 0) + 1)
    try {
      return await fn()
    } finally {
      const left = arriving.get(target)! - 1
      if (left > 0) arriving.set(target, left)
      else arriving.delete(target)
    }
  }

  /** True: it is there, and as if it had been written now. */
  async function renew(target: string, size: number): Promise<boolean> {
    if (!clock || suspect.has(target) || await stat(target).then(found => found.size, () => -1) !== size) return false
    const now = new Date(clock.now())
    return await utimes(target, now, now).then(() => true, () => false)
  }

  /** Writes beside the place and renames, so that nobody reads half a file. */
  async function write(fill: (file: FileHandle) => Promise<Uint8Array>): Promise<Uint8Array> {
    const partial = join(spool, randomBytes(12).toString('hex'))
    await mkdir(spool, { recursive: true, mode: 0o700 })
    const file = await open(partial, 'wx', 0o600)
    try {
      const digest = await fill(file)
      const target = path(digest)
      await whileArriving(target, async () => {
        await mkdir(dirname(target), { recursive: true, mode: 0o700 })
        await rename(partial, target)
      })
      unsynced.add(target)
      suspect.delete(target)
      return digest
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    } finally {
      await file.close()
    }
  }

  async function syncAll(paths: string[]): Promise<void> {
    try {
      const folders = new Set(paths.map(dirname))
      await Promise.all(paths.map(fsyncFile))
      await Promise.all([...folders].map(fsyncFolder))
      // The folder of a first byte may be new itself, and so may be the root.
      if (folders.size > 0) await Promise.all([root, folder].map(fsyncFolder))
    } catch (error) {
      for (const path of paths) {
        unsynced.add(path)
        suspect.add(path)
      }
      throw error
    }
  }

  return {
    path,
    async put(bytes) {
      const digest = createHash('sha256').update(bytes).digest()
      if (await whileArriving(path(digest), () => renew(path(digest), bytes.length))) {
        // Another writer may have put it a moment ago without a sync so far.
        unsynced.add(path(digest))
        return digest
      }
      return await write(async file => {
        await file.writeFile(bytes)
        return digest
      })
    },
    async putStream(stream, maxBytes) {
      let size = 0
      const hash: Hash = createHash('sha256')
      const digest = await write(async file => {
        for await (const chunk of stream) {
          const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
          size += bytes.length
          if (size > maxBytes) throw new BlobTooLarge(maxBytes)
          hash.update(bytes)
          await file.writeFile(bytes)
        }
        return hash.digest()
      })
      return { digest, size }
    },
    spool,
    async adopt(file) {
      if (dirname(file) !== spool) throw new Error('only a file of the spool can be taken')
      const hash: Hash = createHash('sha256')
      let size = 0
      for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
        size += chunk.length
        hash.update(chunk)
      }
      const digest = hash.digest()
      const target = path(digest)
      await whileArriving(target, async () => {
        await mkdir(dirname(target), { recursive: true, mode: 0o700 })
        await rename(file, target)
      })
      unsynced.add(target)
      suspect.delete(target)
      return { digest, size }
    },
    async read(digest) {
      const bytes = await readFile(path(digest))
      if (!createHash('sha256').update(bytes).digest().equals(digest)) throw new Error(`the file ${path(digest)} is damaged: restore it from a backup`)
      return bytes
    },
    stream: (digest, part) => createReadStream(path(digest), part),
    sync() {
      const next = syncing.catch(() => undefined).then(() => {
        const paths = [...unsynced]
        unsynced.clear()
        return syncAll(paths)
      })
      syncing = next
      return next
    },
    async remove(digest) {
      unsynced.delete(path(digest))
      await rm(path(digest), { force: true })
    },
    removeOld(digest, before) {
      const target = path(digest)
      // Nothing may be awaited between the look and the removal.
      if (arriving.has(target) || (statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) >= before) return false
      unsynced.delete(target)
      rmSync(target, { force: true })
      return true
    }
  }
}

/** A blob that was removed meanwhile needs no sync. */
async function fsyncFile(path: string): Promise<void> {
  await fsyncPath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}

/** So that the names in it are on disk too. Windows knows no such thing. */
async function fsyncFolder(path: string): Promise<void> {
  if (process.platform !== 'win32') await fsyncPath(path)
}

async function fsyncPath(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
