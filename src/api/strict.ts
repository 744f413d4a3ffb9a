/** The schema as plain JSON Schema in which objects take no properties but the declared ones. Throws on intersections, which that would break. */
export function strict(schema: object): object {
  return close(JSON.parse(JSON.stringify(schema))) as object
}

function close(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(close)
  if (typeof node !== 'object' || node === null) return node
  if ('allOf' in node) throw new Error('a schema of the API holds an intersection; write its properties into one object')
  const closed = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, key === 'properties' ? properties(value as object) : close(value)]))
  if (closed['type'] === 'object' && !('additionalProperties' in closed) && !('patternProperties' in closed)) closed['additionalProperties'] = false
  return closed
}

/** Names of properties are not keywords: a property may be called `allOf` or `type`. */
function properties(node: object): object {
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, close(value)]))
}
