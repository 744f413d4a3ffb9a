import { existsSync, readdirSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Connector } from '../connector.ts'

/** There is no connector of that name, or its file is not one. The message is for the user. */
export class NoConnector extends Error {
  readonly kind = 'invalid_params'
}

const contract = new URL('../connector.ts', import.meta.url).href
const kindPattern = /^[a-z0-9][a-z0-9-]{0,63}$/
const loaded = new Map<string, Promise<Connector>>()

// A folder of connectors may lie anywhere; outside of this package `#connector` would mean nothing there.
registerHooks({
  resolve: (specifier, context, next) => specifier === '#connector' ? { url: contract, shortCircuit: true } : next(specifier, context)
})

/** The file that a kind is in: `<folder>/<kind>.ts`, else `<folder>/<kind>/index.ts`, in the first folder that has one. */
function fileOf(folders: string[], kind: string): string | null {
  for (const folder of folders) {
    for (const file of [join(folder, kind + '.ts'), join(folder, kind, 'index.ts')]) if (existsSync(file)) return resolve(file)
  }
  return null
}

/**
 * The connector called `kind`: imported when it is first asked for, then kept. The kind is a file name and comes from
 * clients, so only `[a-z0-9-]` passes. Throws NoConnector.
 */
export async function loadConnector(folders: string[], kind: string): Promise<Connector> {
  const file = kindPattern.test(kind) ? fileOf(folders, kind) : null
  if (!file) throw new NoConnector(`There is no connector "${kind.slice(0, 64)}". There are: ${connectorKinds(folders).join(', ')}`)
  const known = loaded.get(file)
  if (known) return await known
  const loading = importConnector(file, kind)
  loaded.set(file, loading)
  loading.catch(() => loaded.delete(file))
  return await loading
}

async function importConnector(file: string, kind: string): Promise<Connector> {
  const module: { connector?: Connector } = await import(pathToFileURL(file).href)
  if (typeof module.connector?.parse !== 'function' || typeof module.connector.open !== 'function') {
    throw new NoConnector(`The file of the connector "${kind}" does not export \`connector\``)
  }
  return module.connector
}

/** The names of all connectors in these folders, sorted. Nothing is loaded. */
export function connectorKinds(folders: string[]): string[] {
  const kinds = new Set<string>()
  for (const folder of folders) {
    if (!existsSync(folder)) continue
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const kind = entry.isFile() && entry.name.endsWith('.ts') ? entry.name.slice(0, -3) : entry.name
      const whole = entry.isFile() ? entry.name.endsWith('.ts') : existsSync(join(folder, entry.name, 'index.ts'))
      if (whole && kindPattern.test(kind)) kinds.add(kind)
    }
  }
  return [...kinds].sort()
}
