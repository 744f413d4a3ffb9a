import t from 'tap'
import { chmod, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openSeal } from '../../src/store/seal.ts'
import { tempFolder } from '../fixtures/store.ts'

const settings = { host: 'mail.example.org', password: 'a secret of ada', ports: [143, 587], nothing: null }

t.test('what was sealed opens again, also after a restart', async t => {
  const folder = await tempFolder(t)
  const sealed = openSeal(folder).close(settings, 'account 1')
  t.same(openSeal(folder).open(sealed, 'account 1'), settings)
  t.equal(Buffer.from(sealed).includes('secret of ada'), false)
  t.equal(Buffer.from(sealed).equals(openSeal(folder).close(settings, 'account 1')), false, 'never the same twice')
})

t.test('every changed byte is found', async t => {
  const seal = openSeal(await tempFolder(t))
  const sealed = seal.close(settings, 'account 1')
  for (let at = 0; at < sealed.length; at++) {
    const changed = Uint8Array.from(sealed)
    changed[at]! ^= 1
    try {
      seal.open(changed, 'account 1')
      t.equal(`byte ${at}`, 'found')
    } catch (error) {
      if ((error as Error).name !== 'SealError') t.equal((error as Error).name, 'SealError', `byte ${at}`)
    }
  }
  for (const length of [0, 1, 20, sealed.length - 1]) t.throws(() => seal.open(sealed.subarray(0, length), 'account 1'), { name: 'SealError' }, `cut to ${length}`)
})

t.test('it opens only in its own row and with its own key', async t => {
  const seal = openSeal(await tempFolder(t))
  const sealed = seal.close(settings, 'account 1')
  t.throws(() => seal.open(sealed, 'account 2'), { name: 'SealError', message: /secret\.key is not the one/ })
  const other = openSeal(await tempFolder(t))
  t.throws(() => other.open(sealed, 'account 1'), { name: 'SealError' })
})

t.test('the key is for the owner only, and is never half there', async t => {
  const folder = await tempFolder(t)
  openSeal(folder)
  const file = join(folder, 'secret.key')
  t.equal((await stat(file)).mode & 0o777, 0o600)
  t.same(await readdir(folder), ['secret.key'], 'nothing is left beside it')
  t.equal(Buffer.from((await readFile(file, 'utf8')).trim(), 'base64').length, 32)
  await chmod(file, 0o644)
  openSeal(folder)
  t.equal((await stat(file)).mode & 0o777, 0o600, 'a restored file is made private again')
})

t.test('a key from elsewhere is used instead', async t => {
  const folder = await tempFolder(t)
  const key = Buffer.alloc(32, 7).toString('base64')
  const sealed = openSeal(folder, key).close(settings)
  t.same(await readdir(folder), [])
  t.same(openSeal(folder, key).open(sealed), settings)
  t.throws(() => openSeal(folder, Buffer.alloc(32, 8).toString('base64')).open(sealed), { name: 'SealError' })
})

t.test('a damaged key, and a folder without room for one, refuse the start with words', async t => {
  const folder = await tempFolder(t)
  await writeFile(join(folder, 'secret.key'), 'short\n')
  t.throws(() => openSeal(folder), { name: 'StartError', message: /secret\.key is damaged\. Restore it from a backup/ })
  t.throws(() => openSeal(join(folder, 'secret.key')), { name: 'StartError', message: /cannot be used .*writable/ })
  t.throws(() => openSeal(folder, 'AAAA'), { name: 'StartError', message: /KINBOX_SECRET_KEY is not 32 bytes/ })
})
