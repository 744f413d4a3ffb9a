import { posix } from 'node:path'
import { tokens } from './tokens.ts'

/** Which rooms may import which: the table of docs/architecture.md. A room may always import itself. */
export const mayImport: Record<string, readonly string[]> = {
  model: [],
  content: ['model'],
  blobs: ['model'],
  connector: ['model'],
  store: ['model'],
  feed: ['model', 'store'],
  inbound: ['model', 'content', 'store', 'blobs', 'feed'],
  outbound: ['model', 'content', 'store', 'blobs', 'feed', 'connector'],
  derived: ['model', 'content', 'store', 'blobs', 'feed', 'outbound'],
  jobs: ['model', 'content', 'store', 'blobs', 'feed', 'outbound'],
  accounts: ['model', 'store', 'connector', 'inbound', 'outbound'],
  api: ['model', 'content', 'store', 'blobs', 'feed', 'inbound', 'outbound', 'derived', 'jobs', 'accounts', 'config'],
  cli: ['*'],
  app: ['*'],
  main: ['*'],
  config: ['model', 'store']
}

/** Libraries that only some rooms may know. */
const ownedLibraries: [RegExp, readonly string[]][] = [
  [/^(@mikro-orm\/|better-sqlite3$)/, ['store', 'config', 'migrations']],
  [/^(fastify|@fastify\/|ws$)/, ['api', 'cli', 'app']],
  [/^(commander|cli-progress)$/, ['cli', 'main']]
]

export type Import = { specifier: string, line: number }

/** Every module that the source names: import, export from, import(), require(), import types, and `new URL('….ts', import.meta.url)`. */
export function importsOf(source: string): Import[] {
  const all = tokens(source).filter(({ type }) => type !== 'comment')
  return all.flatMap((token, i) => {
    if (token.type !== 'string' && token.type !== 'template') return []
    const before = all[i - 1]?.type === 'code' ? all[i - 1]!.text : ''
    const after = all[i + 1]?.type === 'code' ? all[i + 1]!.text : ''
    const named = /(?:^|[^.\w$])(?:from|import|import\s*\(|require\s*\()\s*$/.test(before)
    const url = /\bnew URL\(\s*$/.test(before) && /^\s*,\s*import\.meta\.url/.test(after) && token.text.endsWith('.ts')
    return named || url ? [{ specifier: token.text, line: token.line }] : []
  })
}

/** The room a file belongs to; null: the rules are not about it. */
export function roomOf(path: string): string | null {
  const parts = path.split('/')
  if (parts[0] === 'sdk') return parts[1] === 'examples' ? null : 'sdk'
  if (parts[0] === 'web') return parts[1] === 'src' ? 'web' : null
  if (parts[0] === 'src') return parts.length === 2 ? parts[1]!.replace(/\.ts$/, '') : parts[1]!
  if (parts[0] === 'connectors') return 'connectors/' + (parts[1] ?? '').replace(/\.ts$/, '')
  return ['config', 'migrations'].includes(parts[0]!) ? parts[0]! : null
}

/** What is wrong with the imports of these files, a line for each. `files` maps paths to their text. */
export function importViolations(files: Map<string, string>): string[] {
  const wrong: string[] = []
  for (const [path, source] of files) {
    const room = roomOf(path)
    if (room === null) continue
    for (const { specifier, line } of importsOf(source)) {
      const problem = room === 'sdk' ? clientProblem(path, specifier) : room === 'web' ? pageProblem(path, specifier) : room.startsWith('connectors/') ? connectorProblem(path, room, specifier) : roomProblem(path, room, specifier)
      if (problem) wrong.push(`${path}:${line}: ${problem}`)
    }
  }
  return wrong
}

function connectorProblem(path: string, room: string, specifier: string): string | null {
  if (specifier === '#connector' || specifier.startsWith('node:')) return null
  if (!specifier.startsWith('.')) return foreignLibrary(room, specifier)
  const target = roomOf(posix.join(posix.dirname(path), specifier))
  return target === room ? null : `a connector imports #connector, node: and libraries, not ${specifier}`
}

/** It runs in browsers and in programs of others: nothing of ours, of Node, of anybody. */
function clientProblem(path: string, specifier: string): string | null {
  const own = specifier.startsWith('.') && roomOf(posix.join(posix.dirname(path), specifier)) === 'sdk'
  return own ? null : `the client imports nothing but itself, not ${specifier}`
}

/** The page knows the server by its client alone: what it can do, anybody's page can do. */
function pageProblem(path: string, specifier: string): string | null {
  if (specifier === '#client') return null
  if (specifier.startsWith('.')) return roomOf(posix.join(posix.dirname(path), specifier)) === 'web' ? null : `the page imports itself and #client, not ${specifier}`
  return specifier.startsWith('#') || specifier.startsWith('node:') ? `the page runs in a browser: not ${specifier}` : foreignLibrary('web', specifier)
}

function roomProblem(path: string, room: string, specifier: string): string | null {
  if (specifier.startsWith('node:')) return null
  if (specifier === '#client') return room === 'cli' ? null : 'only cli, the page and tests import #client'
  if (specifier.startsWith('#')) return `only connectors import ${specifier}`
  if (!specifier.startsWith('.')) return foreignLibrary(room, specifier)
  const target = roomOf(posix.join(posix.dirname(path), specifier))
  if (room === 'migrations') return target === 'migrations' ? null : `a migration stands alone; it imports ${specifier}`
  const allowed = mayImport[room]
  if (!allowed) return `the room ${room} is not in the table`
  if (target === null) return `${room} imports ${specifier}, which is in no room`
  if (target.startsWith('connectors/')) return `connectors are loaded by name, never imported: ${specifier}`
  if (target === room || allowed.includes('*') || allowed.includes(target)) return null
  return `${room} may not import ${target}`
}

function foreignLibrary(room: string, specifier: string): string | null {
  const owners = ownedLibraries.find(([library]) => library.test(specifier))?.[1]
  return !owners || owners.includes(room) ? null : `${specifier} is for ${owners.join(', ')} only`
}
