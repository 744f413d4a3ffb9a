import t from 'tap'
import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { importViolations, importsOf, mayImport } from './rules/imports.ts'
import { barrelViolations, clockViolations, nameViolations, networkViolations, sqlViolations, stateViolations, typeViolations, wordsOf } from './rules/words.ts'
import { tokens } from './rules/tokens.ts'

const root = join(import.meta.dirname, '..')

function read(folders: string[]): Map<string, string> {
  const paths = folders.filter(folder => existsSync(join(root, folder))).flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1)))
  return new Map(paths.sort().map(path => [path, readFileSync(join(root, path), 'utf8')]))
}

const product = read(['src', 'connectors', 'config', 'migrations'])
const client = read(['sdk', 'web/src'])
const everything = read(['src', 'sdk', 'web/src', 'connectors', 'config', 'migrations', 'test', 'bench', 'bin'])
const connectors = existsSync(join(root, 'connectors')) ? readdirSync(join(root, 'connectors')).map(name => name.replace(/\.ts$/, '')) : []

type Rule = { name: string, check(files: Map<string, string>): string[], files: Map<string, string>, planted: [path: string, text: string, found: RegExp][], fine: [path: string, text: string][] }

const rules: Rule[] = [
  {
    name: 'who may import whom',
    check: importViolations,
    files: new Map([...product, ...client]),
    planted: [
      ['src/model/x.ts', "import { y } from '../store/y.ts'", /model may not import store/],
      ['src/model/x.ts', "export type { Y } from '../api/y.ts'", /model may not import api/],
      ['src/store/x.ts', "import type {\n  Y\n} from '../connector.ts'", /src\/store\/x.ts:3: store may not import connector/],
      ['src/feed/x.ts', "const y = await import('../inbound/y.ts')", /feed may not import inbound/],
      ['src/inbound/x.ts', "type Y = import('../accounts/y.ts').Y", /inbound may not import accounts/],
      ['src/accounts/x.ts', "new Worker(new URL('../api/y.ts', import.meta.url))", /accounts may not import api/],
      ['src/api/x.ts', "import { y } from '../connector.ts'", /api may not import connector/],
      ['src/api/x.ts', "import { y } from '../app.ts'", /api may not import app/],
      ['src/inbound/x.ts', "import { y } from '../../connectors/y/z.ts'", /never imported/],
      ['src/app.ts', "import { y } from '../connectors/y.ts'", /never imported/],
      ['src/content/x.ts', "import { y } from '../../test/y.ts'", /in no room/],
      ['src/utterly/x.ts', "import { y } from '../model/y.ts'", /not in the table/],
      ['src/inbound/x.ts', "import { y } from '#connector'", /only connectors/],
      ['src/inbound/x.ts', "import type { EntityManager } from '@mikro-orm/sqlite'", /for store/],
      ['src/inbound/x.ts', "import fastify from 'fastify'", /for api/],
      ['connectors/one.ts', "import { y } from '../src/connector.ts'", /a connector imports/],
      ['connectors/one.ts', "import { y } from '../src/model/ids.ts'", /a connector imports/],
      ['connectors/one/x.ts', "import { y } from '../two.ts'", /a connector imports/],
      ['connectors/one.ts', "import Database from 'better-sqlite3'", /for store/],
      ['src/api/x.ts', "import { y } from '#client'", /only cli/],
      ['sdk/x.ts', "import { y } from '../src/model/ids.ts'", /the client imports nothing/],
      ['sdk/x.ts', "import { y } from 'node:events'", /the client imports nothing/],
      ['sdk/x.ts', "import { y } from 'ws'", /the client imports nothing/],
      ['web/src/x.tsx', "import type { Y } from '../../src/model/ids.ts'", /the page imports itself/],
      ['web/src/x.tsx', "import { y } from 'node:fs'", /runs in a browser/],
      ['web/src/x.tsx', "import { y } from 'fastify'", /for api/],
      ['migrations/sqlite/0001.ts', "import { y } from '../../src/store/y.ts'", /stands alone/]
    ],
    fine: [
      ['web/src/a/x.tsx', "import { y } from '#client'\nimport { z } from '../b/z.tsx'\nimport { render } from 'preact'"],
      ['src/inbound/x.ts', "import { y } from '../store/y.ts'\nimport { z } from './z.ts'\nimport { readFile } from 'node:fs'"],
      ['src/model/x.ts', "// import { y } from '../store/y.ts'\nconst text = \"import { y } from '../store/y.ts'\"\nArray.from('../store/y.ts')"],
      ['connectors/one/x.ts', "import { y } from './y.ts'\nimport { z } from '#connector'\nimport w from 'library'"],
      ['src/app.ts', "import { y } from './api/y.ts'"],
      ['sdk/x.ts', "import { y } from './y.ts'"],
      ['src/cli/x.ts', "import { y } from '#client'"]
    ]
  },
  {
    name: "no network's name under src/",
    check: files => networkViolations(files, connectors),
    files: product,
    planted: [
      ['src/api/x.ts', 'const openImapFolder = 1', /names the network imap/],
      ['src/api/x.ts', '// as Twilio does', /names the network twilio/],
      ['src/api/x.ts', "const kind = 'xmpp2'", /names the network xmpp/],
      ['src/api/smtp-send.ts', '', /names the network smtp/],
      ['src/api/x.ts', 'const SMTPError = 1', /names the network smtp/]
    ],
    fine: [['src/api/x.ts', "const kinds = ['email', 'sms', 'phone', 'chat'] // simply important"], ['connectors/one.ts', "import { ImapFlow } from 'imapflow'"]]
  },
  {
    name: 'names say what is inside',
    check: nameViolations,
    files: new Map([...product, ...client]),
    planted: [['src/api/utils/x.ts', '', /utils/], ['src/store/helpers.ts', '', /name/], ['connectors/one/common/x.ts', '', /common/]],
    fine: [['src/api/present.ts', '']]
  },
  {
    name: 'no barrels',
    check: barrelViolations,
    files: product,
    planted: [['src/api/all.ts', "// everything\nexport * from './x.ts'\nexport { y } from './y.ts'\nexport type { Z } from './z.ts'", /barrel/]],
    fine: [['src/connector.ts', "export { y } from './model/y.ts'\nexport type Connector = { y: number }"]]
  },
  {
    name: 'no any, no silenced type check',
    check: typeViolations,
    files: everything,
    planted: [
      ['src/api/x.ts', 'const x: any = 1', /x.ts:1: any/],
      ['test/x.test.ts', '\nconst x = y as any', /x.test.ts:2: any/],
      ['src/api/x.ts', 'const x: Record<string, any[]> = {}', /any/],
      ['connectors/one.ts', '// @ts-' + 'ignore\nconst x = 1', /silences/]
    ],
    fine: [['src/api/x.ts', "// any\nconst any1 = AbortSignal.any([]) + 'any' + `any ${1}`"]]
  },
  {
    name: 'SQL in the store only',
    check: sqlViolations,
    files: product,
    planted: [
      ['src/feed/x.ts', "tx.get('SELECT head FROM user_log WHERE user_id = ?', 1)", /SQL/],
      ['src/inbound/x.ts', 'tx.run(`\n  INSERT INTO event (seq) VALUES (?)`, 1)', /SQL/],
      ['src/api/x.ts', "tx.run('update message set seen = 1')", /SQL/],
      ['connectors/one.ts', "db.exec('DELETE FROM message')", /SQL/]
    ],
    fine: [['src/store/x.ts', "tx.get('SELECT 1 FROM user')"], ['src/api/x.ts', "const text = 'Select a folder. Update your settings'"]]
  },
  {
    name: 'no global state',
    check: stateViolations,
    files: new Map([...product, ...client]),
    planted: [['src/api/x.ts', 'import 1\nlet count = 0', /x.ts:2: .*global state/], ['connectors/one.ts', 'export let last = null', /global state/]],
    fine: [['src/api/x.ts', 'const limit = 1\nfunction f() {\n  let n = 0\n}']]
  },
  {
    name: 'the clock and the dice are handed in',
    check: clockViolations,
    files: product,
    planted: [['src/inbound/x.ts', '\nconst now = Date.now()', /x.ts:2: Date.now/], ['src/accounts/x.ts', 'Math.random()', /Math.random/], ['src/jobs/x.ts', 'new Date()', /new Date/]],
    fine: [['src/app.ts', 'const clock = { now: () => Date.now() }'], ['src/api/x.ts', 'new Date(at).toISOString() // not Date.now()']]
  }
]

for (const { name, check, files, planted, fine } of rules) {
  t.test(name, async t => {
    t.same(check(files), [], 'the project keeps it')
    for (const [path, text, found] of planted) {
      t.match(check(new Map([[path, text]])).join('\n'), found, `it catches ${JSON.stringify(text || path)} in ${path}`)
    }
    for (const [path, text] of fine) t.same(check(new Map([[path, text]])), [], `it lets pass ${JSON.stringify(text || path)} in ${path}`)
  })
}

t.test('the rules see what is there', async t => {
  t.ok(product.size > 50, 'they read the project')
  const edges = [...product].flatMap(([path, source]) => importsOf(source).map(({ specifier }) => [path, specifier]))
  t.ok(edges.length > 100, 'and its imports')
  const missed = [...product].flatMap(([path, source]) => {
    const seen = importsOf(source).length
    const lines = source.split('\n').filter(line => /^(import|export)\b.* from '[^']+'$|^import '[^']+'$|^} from '[^']+'$/.test(line)).length
    return seen < lines ? [`${path}: ${seen} of ${lines}`] : []
  })
  t.same(missed, [], 'no import line is overlooked')
  const rooms = new Set(readdirSync(join(root, 'src')).map(name => name.replace(/\.ts$/, '')))
  t.same([...rooms].filter(room => !mayImport[room]), [], 'every room is in the table')
})

t.test('the table in docs/architecture.md is this one', async t => {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  const rows = [...text.matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)].map(([, room, may]) => [room!, [...may!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)] as const)
  t.same(Object.fromEntries(rows), Object.fromEntries(Object.entries(mayImport).map(([room, may]) => [room, [...may].map(name => name === '*' ? 'everything' : name)])))
})

t.test('how sources are cut', async t => {
  const cut = (text: string) => tokens(text).map(({ type, text, line }) => [type, text, line])
  t.same(cut("a = 'it\\'s' // c'\nb = /['\"]/g"), [['code', 'a = ', 1], ['string', "it\\'s", 1], ['code', ' ', 1], ['comment', "// c'", 1], ['code', '\nb = ', 1], ['regex', "/['\"]/g", 2]])
  t.same(cut('x`a${ {b: `c`}.b }d` / 2 / y'), [['code', 'x', 1], ['template', 'a', 1], ['code', ' {b: ', 1], ['template', 'c', 1], ['code', '}.b ', 1], ['template', 'd', 1], ['code', ' / 2 / y', 1]])
  t.same([...wordsOf('openIMAPFolder2 my_xmpp')], ['open', 'imap', 'folder2', 'my', 'xmpp', 'folder'])
})

t.test('the dependencies', async t => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, { version?: string }> }
  const mailers = Object.keys(lock.packages).filter(path => /(^|\/)node_modules\/nodemailer$/.test(path))
  t.same(mailers, ['node_modules/nodemailer'], 'nodemailer is there once: older versions can be made to send to strangers')
  const pack = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>
  const decision = readFileSync(join(root, 'docs/decisions/002-dependencies.md'), 'utf8')
  const direct = Object.entries({ ...pack.dependencies, ...pack.devDependencies, ...pack.optionalDependencies })
  t.same(direct.map(([name]) => name).filter(name => !decision.includes('`' + name + '`')), [], 'each says in docs/decisions/002-dependencies.md what it is for')
  t.same([...decision.matchAll(/^\* `([^`]+)`/gm)].map(([, name]) => name).filter(name => !direct.some(([known]) => known === name)), [], 'and none is listed that is gone')
  const packageOf = (specifier: string) => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
  const used = [...product].flatMap(([path, source]) => importsOf(source).filter(({ specifier }) => !/^(\.|#|node:)/.test(specifier)).map(({ specifier }) => `${path}: ${packageOf(specifier)}`))
  t.same(used.filter(line => !pack.dependencies[line.split(': ')[1]!]), [], 'what runs imports only what is installed to run')
  const engines = Object.keys(lock.packages).filter(path => /(^|\/)node_modules\/better-sqlite3$/.test(path))
  t.same(engines, ['node_modules/better-sqlite3'], 'one SQLite engine')
  t.same(direct.filter(([, version]) => !/^\d+(\.\d+){0,2}$/.test(version)), [], 'versions are pinned')
})
