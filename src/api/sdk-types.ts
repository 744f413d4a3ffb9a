import { closes, errors } from './errors.ts'
import { events } from './events.ts'
import type { Method } from './method.ts'

type Node = { type?: string, properties?: Record<string, Node>, required?: string[], items?: Node, anyOf?: Node[], enum?: unknown[], const?: unknown, description?: string }

/**
 * sdk/types.ts: the objects, methods, events and tables of the API as TypeScript that needs nothing else. `names`: JSON of a
 * schema -> the name to write instead; `objects`: the schemas that get a declaration, by name.
 */
export function sdkTypes(methods: readonly Method[], objects: ReadonlyMap<string, object>, names: ReadonlyMap<string, string>): string {
  const others = (own: string) => new Map([...names].filter(([, name]) => name !== own))
  const params = ({ params }: Method) => typeOf(params, names, { optional: '| undefined', own: true })
  const creating = methods.filter(({ params }) => (params as Node).properties?.['clientId']).map(({ name }) => `'${name}'`)
  const data = Object.entries(events).filter(([type]) => type !== 'sync.position').map(([type, { data }]) => `  '${type}': ${data ?? 'undefined'}`)
  return [
    '// Made from src/api by `npm run docs`; do not edit.',
    ...[...objects].map(([name, schema]) => `${comment(schema)}export type ${name} = ${typeOf(schema, others(name), { lines: true })}`),
    `/** What each method takes and answers. A clientId that is left out is made by the client. */\nexport type Methods = {\n${methods.map(one => `  /** ${one.summary} */\n  '${one.name}': { params: ${params(one)}, result: ${typeOf(one.result, names)} }`).join('\n')}\n}`,
    `/** What the data of each event holds; it is absent where the object is gone. */\nexport type EventData = {\n${data.join('\n')}\n}`,
    `export type ErrorKind = ${Object.keys(errors).map(kind => `'${kind}'`).join(' | ')}`,
    `/** Methods that take a clientId: repeated with the same one, they do it once. */\nexport const creating: readonly string[] = [${creating.join(', ')}]`,
    `/** Why the server closes a socket: whether to connect again, and whether the position in the log stays good. */\nexport const closes: Readonly<Record<number, { retry: boolean, resume: boolean, why: string }>> = {\n${Object.values(closes).map(({ code, retry, resume, doc }) => `  ${code}: { retry: ${retry}, resume: ${resume}, why: ${JSON.stringify(doc)} }`).join(',\n')}\n}`
  ].join('\n\n') + '\n'
}

/** `own`: without its name; `lines`: its properties one below the other. */
type Style = { optional?: string, own?: boolean, lines?: boolean }

function typeOf(schema: object, names: ReadonlyMap<string, string>, style: Style = {}): string {
  const named = names.get(JSON.stringify(schema))
  if (named && !style.own) return named
  const node = schema as Node
  const inner = { ...style, own: false, lines: false }
  if (node.enum) return node.enum.map(literal).join(' | ')
  if (node.const !== undefined) return literal(node.const)
  if (node.anyOf) return node.anyOf.map(one => typeOf(one, names, inner)).join(' | ')
  if (node.type === 'array') {
    const item = typeOf(node.items ?? {}, names, inner)
    return (item.includes(' | ') && !item.startsWith('{') ? `(${item})` : item) + '[]'
  }
  if (node.type === 'object') return node.properties ? members(node, names, inner, style.lines) : 'Record<string, unknown>'
  return { integer: 'number', number: 'number', string: 'string', boolean: 'boolean', null: 'null' }[node.type ?? ''] ?? 'unknown'
}

function members({ properties = {}, required = [] }: Node, names: ReadonlyMap<string, string>, style: Style, lines = false): string {
  const all = Object.entries(properties).map(([name, schema]) => {
    const must = required.includes(name) && name !== 'clientId'
    return `${name}${must ? '' : '?'}: ${typeOf(schema, names, style)}${!must && style.optional ? ` ${style.optional}` : ''}`
  })
  if (all.length === 0) return '{}'
  return lines ? `{\n  ${all.join('\n  ')}\n}` : `{ ${all.join(', ')} }`
}

const literal = (value: unknown) => typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
const comment = (schema: object) => (schema as Node).description ? `/** ${(schema as Node).description} */\n` : ''
