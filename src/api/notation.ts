/** JSON Schema in the short notation of the docs, which is TypeScript's. */
type Node = {
  type?: string
  properties?: Record<string, Node>
  patternProperties?: Record<string, Node>
  required?: string[]
  items?: Node
  anyOf?: Node[]
  enum?: unknown[]
  const?: unknown
  description?: string
  minimum?: number
  maximum?: number
  maxLength?: number
  maxItems?: number
}

/** A schema as one line. `names`: JSON of a schema -> the name to write instead. */
export function notation(schema: object, names: ReadonlyMap<string, string>): string {
  const named = names.get(JSON.stringify(schema))
  if (named) return named
  const node = schema as Node
  if (node.enum) return node.enum.map(value => JSON.stringify(value)).join(' | ')
  if (node.const !== undefined) return JSON.stringify(node.const)
  if (node.anyOf) return node.anyOf.map(one => notation(one, names)).join(' | ')
  if (node.type === 'array') return bracketed(notation(node.items ?? {}, names)) + '[]'
  if (node.type === 'object') return node.properties ? members(node, names, ' ', ', ') : 'object'
  return node.type ?? 'unknown'
}

/** An object's properties one below the other, with what limits them as a comment. */
export function declaration(schema: object, names: ReadonlyMap<string, string>): string {
  return members(schema as Node, names, '\n', '\n')
}

function members(node: Node, names: ReadonlyMap<string, string>, edge: string, between: string): string {
  const entries = Object.entries(node.properties ?? {})
  if (entries.length === 0) return '{}'
  const lines = entries.map(([key, value]) => {
    const comment = between === '\n' ? bounds(value, names) : ''
    return (between === '\n' ? '  ' : '') + `${key}${node.required?.includes(key) ? '' : '?'}: ${notation(value, names)}${comment}`
  })
  return '{' + edge + lines.join(between) + edge + '}'
}

function bounds(node: Node, names: ReadonlyMap<string, string>): string {
  if (names.has(JSON.stringify(node))) return ''
  const words = [
    ...(node.description ? [node.description] : []),
    ...(node.minimum === undefined ? [] : ['from ' + node.minimum]),
    ...(node.maximum === undefined ? [] : ['to ' + node.maximum]),
    ...(node.maxLength === undefined ? [] : [`up to ${node.maxLength} characters`]),
    ...(node.maxItems === undefined ? [] : [`up to ${node.maxItems}`])
  ]
  return words.length ? '   // ' + words.join(', ') : ''
}

function bracketed(text: string): string {
  return text.includes(' | ') ? `(${text})` : text
}
