import t, { type Test } from 'tap'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import { loadConfig } from '../config/options.ts'
import { connectorKinds, loadConnector } from '../src/accounts/load.ts'
import { methods } from '../src/api/registry.ts'
import { startApp, type App } from '../src/app.ts'
import { runCli } from '../src/cli/run.ts'
import { connect } from './fixtures/client.ts'

const root = join(import.meta.dirname, '..')
const pages = ['README.md', ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.md')).map(name => join('docs', name))]
const text = (page: string) => readFileSync(join(root, page), 'utf8')
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** The code block after a mark `<!-- … -->`. */
function marked(page: string, mark: string): string {
  const found = new RegExp(`<!-- ${mark} -->\\n\`\`\`\\w*\\n([\\s\\S]*?)\\n\`\`\``).exec(text(page))
  if (!found) throw new Error(`${page} has no block after <!-- ${mark} -->`)
  return found[1]!
}

async function temporary(test: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kinbox-readme-'))
  test.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A server with the user ada. */
async function serve(test: Test, folder: string, connectors?: string): Promise<{ app: App, url: string, token: string }> {
  const { config } = loadConfig({ env: { KINBOX_DATA: join(folder, 'data'), KINBOX_PORT: '0', ...(connectors ? { KINBOX_CONNECTORS: connectors } : {}) } })
  const app = await startApp(config, silent)
  test.teardown(() => app.stop())
  await app.admin.userAdd({ name: 'ada', password: null })
  const { token } = await app.admin.tokenCreate({ user: 'ada', name: 'test' })
  return { app, url: `http://127.0.0.1:${app.address.port}`, token }
}

/** Polls until `look` gives something. */
async function until<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline;) {
    const found = await look()
    if (found) return found
    await new Promise(resolve => setTimeout(resolve, 30))
  }
  throw new Error('it did not happen within a minute')
}

t.test('the client of the README runs as it stands there', async t => {
  const folder = await temporary(t)
  const { app, url, token } = await serve(t, folder)
  await app.admin.accountAdd({ user: 'ada', kind: 'demo', settings: { pace: 1 }, name: 'Demo' })
  const client = await connect(url, { token })
  t.teardown(() => client.close())
  await until(async () => (await client.call<{ items: unknown[] }>('conversation.list', { folder: 'inbox' })).items.length > 0)
  await writeFile(join(folder, 'client.mjs'), marked('README.md', 'runnable client'))
  const child = spawn(process.execPath, [join(folder, 'client.mjs')], { env: { PATH: process.env['PATH'], KINBOX_URL: url, KINBOX_TOKEN: token }, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  const out: string[] = []
  child.stdout.on('data', data => out.push(String(data)))
  child.stderr.on('data', data => out.push('error: ' + data))
  const printed = await until(async () => / by (email|sms|chat): /.test(out.join('')) && out.join(''))
  t.match(printed, /^c\d+ .*: \d+ unread\. \w/m, 'it lists conversations, with the reason')
  t.match(printed, /^\w+ by (email|sms|chat): \w/m, 'and says what comes in')
  t.equal(/error|closed|undefined/.test(printed), false, printed)
})

t.test('the connector of docs/add-a-connector.md runs as it stands there', async t => {
  const folder = await temporary(t)
  const connectors = join(folder, 'connectors')
  await mkdir(connectors)
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(connectors, 'letters.ts'), marked('docs/add-a-connector.md', 'runnable connector: letters'))
  const { app, url, token } = await serve(t, folder, connectors)
  const box = join(folder, 'letters')
  await t.rejects(app.admin.accountAdd({ user: 'ada', kind: 'letters', settings: { folder: box } }), /name/, 'its settings are checked')
  await app.admin.accountAdd({ user: 'ada', kind: 'letters', settings: { folder: box, name: 'ada' } })
  await until(async () => existsSync(join(box, 'in')))
  await writeFile(join(box, 'in', '0001'), 'bob\nDear Ada,\nhow are you?')
  const client = await connect(url, { token })
  t.teardown(() => client.close())
  type Conversation = { id: string, title: string, lastMessage: { channel: string, preview: string } }
  const conversation = await until(async () => (await client.call<{ items: Conversation[] }>('conversation.list', { folder: 'other' })).items[0])
  t.match(conversation, { title: 'bob', lastMessage: { channel: 'letter', preview: /how are you/ } })
  const { id } = await client.call<{ id: string }>('message.send', { clientId: '01a2b3c4-0000-7000-8000-000000000001', conversationId: conversation.id, text: 'Fine!' })
  await until(async () => (await client.call<{ status: string }>('message.get', { id })).status === 'sent')
  const [name] = readdirSync(join(box, 'out'))
  t.equal(await readFile(join(box, 'out', name!), 'utf8'), 'bob\nFine!')
})

t.test('the settings of the README are what the connectors take', async t => {
  const folder = join(root, 'connectors')
  const shown = [...text('README.md').matchAll(/<!-- settings: ([\w-]+) -->/g)].map(([, kind]) => kind!)
  t.same(shown.sort(), connectorKinds([folder]).filter(kind => kind !== 'demo'), 'every network is shown')
  for (const kind of shown) {
    const { settings } = await loadConnector([folder], kind)
    const valid = new Ajv({ strict: false, allErrors: true }).compile(settings)
    t.ok(valid(JSON.parse(marked('README.md', `settings: ${kind}`))), `${kind}: ${JSON.stringify(valid.errors)}`)
  }
})

t.test('the commands of the pages exist', async t => {
  const lines = pages.flatMap(page => [...text(page).matchAll(/(?:bin\/kinbox|kinbox kinbox) ([a-z][^\n`]*)/g)].map(([, rest]) => [page, rest!.split(/`|\.\.\.|,|$/)[0]!.trim()] as const))
  t.ok(lines.length > 12, `found ${lines.length}`)
  for (const [page, command] of new Map(lines.map(([page, command]) => [command, [page, command] as const])).values()) {
    const verb = command.split(' ').slice(0, ['user', 'token', 'account', 'contacts'].includes(command.split(' ')[0]!) ? 2 : 1)
    let help = ''
    const write = (written: string) => help += written
    const code = await runCli([...verb, '--help'], { stdin: process.stdin, stdout: { write }, stderr: { write }, env: {}, cwd: root, stopping: new AbortController().signal, command: 'kinbox', app: () => Promise.reject(new Error('no')) })
    const options = [...command.matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option!)
    t.same([code, options.filter(option => !help.includes(option) && !['--demo', '--data'].includes(option))], [0, []], `${page}: ${command}`)
  }
})

t.test('npm scripts and methods that the pages name exist', async t => {
  const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> }
  const named = pages.flatMap(page => [...text(page).matchAll(/npm (?:run )?(start|test|check|bench|docs)\b/g)].map(([, name]) => name!))
  t.same(named.filter(name => !scripts[name]), [])
  const known = new Set(methods.map(({ name }) => name))
  const called = ['README.md', 'docs/operate.md'].flatMap(page => [...text(page).matchAll(/`(session|sync|conversation|message|contact|outbox|friend|rpc)\.(\w+)/g)].map(([, group, name]) => `${group}.${name}`))
  t.ok(called.length > 5)
  t.same(called.filter(name => !known.has(name)), [])
})

t.test('links between the pages lead somewhere', async t => {
  const broken = pages.flatMap(page => [...text(page).replace(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => target!)
    .filter(target => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(page), target)))
    .map(target => `${page}: ${target}`))
  t.same(broken, [])
})

t.test('.ci/run finds the test command', async t => {
  t.equal(marked('README.md', 'test command'), 'npm ci && npm test')
})
