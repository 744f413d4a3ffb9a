import t from 'tap'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/** Without what the test runner puts into processes. */
const run = (file: string, args: string[]) => promisify(execFile)('env', ['-u', 'NODE_OPTIONS', file, ...args])
const root = join(import.meta.dirname, '../..')

t.test('the package as it is published runs in plain Node, with its types', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'kinbox-package-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const home = join(folder, 'node_modules/@kinbox/client')
  await mkdir(home, { recursive: true })
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'sdk/tsconfig.json'), '--outDir', join(home, 'dist')])
  await writeFile(join(home, 'package.json'), await readFile(join(root, 'sdk/package.json')))
  const made = await readdir(join(home, 'dist'))
  t.same(made.filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts')), [])
  await writeFile(join(folder, 'use.mjs'), "import * as client from '@kinbox/client'\nconsole.log(Object.keys(client).join(' '))\n")
  t.equal((await run(process.execPath, [join(folder, 'use.mjs')])).stdout, 'KinboxError connect openStore sessionTicket signIn signOut uuidv7\n')
  await writeFile(join(folder, 'use.mts'), "import { connect, openStore } from '@kinbox/client'\nimport type { Conversation } from '@kinbox/client'\nconst client = connect({ url: '', auth: async () => ({ token: '' }), client: { name: '', version: '' } })\nexport const items: readonly Conversation[] = openStore(client).conversations({ folder: 'inbox' }).value.items\nexport const wrong: number = (await client.call('inbox.counts', {})).inbox\n")
  await symlink(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'))
  const types = (file: string) => run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', '', join(folder, file)]).then(() => '', (error: { stdout: string }) => error.stdout)
  t.equal(await types('use.mts'), '')
  await writeFile(join(folder, 'misuse.mts'), "import { connect } from '@kinbox/client'\nconst client = connect({ url: '', auth: async () => ({ token: '' }), client: { name: '', version: '' } })\nawait client.call('conversation.list', { folder: 'spam' })\n")
  t.match(await types('misuse.mts'), /"spam"' is not assignable/, 'and they say what is wrong')
})

t.test('it is small, and takes nothing else into a page', async t => {
  const built = await build({ configFile: false, root: join(root, 'sdk'), logLevel: 'silent', build: { write: false, minify: true, target: 'es2023', rolldownOptions: { input: join(root, 'sdk/index.ts'), preserveEntrySignatures: 'strict', output: { format: 'es' } } } })
  const files = [built].flat().flatMap(one => 'output' in one ? one.output : [])
  const code = files.flatMap(file => file.type === 'chunk' ? [file.code] : []).join('\n')
  t.match(code, /kinbox\.v1/)
  const size = gzipSync(code).length
  t.ok(size < 15_000, `${size} bytes gzipped`)
  t.equal(/\bfrom\s*["']|\bimport\s*\(|\brequire\s*\(|\bprocess\.|\bBuffer\b/.test(code), false, 'nothing of Node, nothing from elsewhere')
})
