import t from 'tap'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { openBlobs } from '../../src/blobs/blobs.ts'
import { tempFolder } from '../fixtures/store.ts'

const bytes = Buffer.from('a photo of the lake')
const digestOf = (content: Uint8Array): Buffer => createHash('sha256').update(content).digest()

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => relative(folder, join(entry.parentPath, entry.name))).sort()
}

t.test('bytes lie under their digest, once', async t => {
  const folder = await tempFolder(t)
  const blobs = openBlobs(folder)
  const digest = await blobs.put(bytes)
  t.equal(Buffer.from(digest).equals(digestOf(bytes)), true)
  const hex = digestOf(bytes).toString('hex')
  t.equal(blobs.path(digest), join(folder, 'blobs', hex.slice(0, 2), hex.slice(2)))
  await Promise.all([blobs.put(bytes), blobs.put(bytes), blobs.putStream(Readable.from([bytes]), 1000)])
  await blobs.sync()
  t.same(await filesBelow(folder), [relative(folder, blobs.path(digest))])
  t.equal((await stat(blobs.path(digest))).mode & 0o777, 0o600)
  t.same(Buffer.from(await blobs.read(digest)), bytes)
  t.same(await buffer(blobs.stream(digest)), bytes)
})

t.test('a stream is stored as it comes, and not beyond its limit', async t => {
  const folder = await tempFolder(t)
  const blobs = openBlobs(folder)
  const parts = Array.from({ length: 50 }, (_, i) => Buffer.alloc(10_000, i))
  const { digest, size } = await blobs.putStream(Readable.from(parts), 500_000)
  t.equal(size, 500_000)
  t.equal(Buffer.from(digest).equals(digestOf(Buffer.concat(parts))), true)
  await t.rejects(blobs.putStream(Readable.from([...parts, Buffer.of(1)]), 500_000), { name: 'BlobTooLarge', message: /larger than 500000 bytes/ })
  await t.rejects(blobs.putStream(Readable.from((function* () { yield bytes; throw new Error('cut off') })()), 1000), /cut off/)
  t.equal((await filesBelow(folder)).length, 1, 'nothing half is left')
})

t.test('no digest leads out of the folder', async t => {
  const blobs = openBlobs(await tempFolder(t))
  for (const bad of [new Uint8Array(0), new Uint8Array(31), Buffer.from('../../../../etc/passwd'), new Uint8Array(64)]) t.throws(() => blobs.path(bad), /32 bytes/)
})

t.test('damage is found when it is read, and a missing file says so', async t => {
  const blobs = openBlobs(await tempFolder(t))
  const digest = await blobs.put(bytes)
  await writeFile(blobs.path(digest), 'another photo......')
  await t.rejects(blobs.read(digest), /is damaged: restore it/)
  await rm(blobs.path(digest))
  await t.rejects(blobs.read(digest), { code: 'ENOENT' })
  await blobs.put(bytes)
  t.same(await readFile(blobs.path(digest)), bytes)
})

t.test('removing is harmless twice, and putting again brings it back', async t => {
  const blobs = openBlobs(await tempFolder(t))
  const digest = await blobs.put(bytes)
  await blobs.remove(digest)
  await blobs.remove(digest)
  await t.rejects(blobs.read(digest), { code: 'ENOENT' })
  await blobs.put(bytes)
  await blobs.sync()
  t.same(Buffer.from(await blobs.read(digest)), bytes)
})

t.test('what could not be synced is not called safe, for anybody', async t => {
  const folder = await tempFolder(t)
  const blobs = openBlobs(folder)
  await blobs.put(bytes)
  await rm(join(folder, 'blobs'), { recursive: true })
  const both = await Promise.allSettled([blobs.sync(), blobs.sync()])
  t.same(both.map(result => result.status), ['rejected', 'rejected'])
  // What the system kept of it is not to be believed, even if it has the right size.
  await mkdir(dirname(blobs.path(digestOf(bytes))), { recursive: true })
  await writeFile(blobs.path(digestOf(bytes)), Buffer.alloc(bytes.length))
  await blobs.put(bytes)
  await blobs.sync()
  t.same(Buffer.from(await blobs.read(digestOf(bytes))), bytes)
})

t.test('what is old and unused goes, and never what is being put again', async t => {
  const folder = await tempFolder(t)
  const blobs = openBlobs(folder, { now: () => Date.now() })
  const bytes = Buffer.from('the same bytes')
  const digest = await blobs.put(bytes)
  const age = () => utimes(blobs.path(digest), 1000, 1000)
  const before = Date.now() - 60_000
  t.equal(blobs.removeOld(digest, before), false, 'it is new')
  await age()
  await blobs.put(bytes)
  t.equal(blobs.removeOld(digest, before), false, 'putting it again made it new')
  await age()
  const again = blobs.put(bytes)
  t.equal(blobs.removeOld(digest, before), false, 'it is just being put')
  await again
  await age()
  t.equal(blobs.removeOld(digest, before), true)
  t.equal(blobs.removeOld(digest, before), false, 'there is none')

  // Whenever the collector looks while somebody puts: what was put is there afterwards.
  for (let turns = 0; turns < 60; turns++) {
    await blobs.put(bytes)
    await age()
    let removed = 0
    const putting = turns % 2 ? blobs.put(bytes) : blobs.putStream(Readable.from([bytes]), 1000)
    let put = false
    void putting.then(() => { put = true })
    for (let looks = 0; looks < turns || !put; looks++) {
      if (blobs.removeOld(digest, before)) removed++
      await new Promise(resolve => setImmediate(resolve))
    }
    t.same(await blobs.read(digest), bytes, `after ${turns} turns, removed ${removed} times`)
  }
})
