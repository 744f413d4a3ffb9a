type SchemaError = { keyword: string, instancePath: string, message: string, params: object }

/** The first thing in `value` that its JSON Schema refuses, as `params.limit must be <= 200`. Values themselves are not repeated: they may be secrets. */
export function wrongIn(root: string, all: readonly SchemaError[], schema: object, value: unknown): string {
  const error = all.find(one => one.keyword === 'required') ?? all.find(one => one.keyword === 'boolean') ?? all.find(one => one.keyword === 'anyOf') ?? all[0]
  if (!error) return `${root} is not what is expected`
  const path = root + error.instancePath.split('/').slice(1).map(part => (/^[0-9]+$/.test(part) ? `[${part}]` : '.' + part)).join('')
  const missing = 'requiredProperties' in error.params && Array.isArray(error.params.requiredProperties) ? error.params.requiredProperties : []
  if (missing.length > 0) return missing.map(name => `${path}.${name}`).join(', ') + (missing.length > 1 ? ' are missing' : ' is missing')
  if (error.keyword === 'boolean') return `${path} is not known here`
  if (error.keyword === 'anyOf' || error.keyword === 'enum' || error.keyword === 'const') {
    const choices = choicesAt(schema, error.instancePath, value)
    return choices ? `${path} must be one of ${choices}` : `${path} ${error.message}`
  }
  return `${path} ${error.message}`
}

/** The constants allowed at a path, as JSON, or '' where it is not a plain choice. */
function choicesAt(schema: object, path: string, value: unknown): string {
  let at: unknown = schema
  let here: unknown = value
  for (const part of path.split('/').slice(1)) {
    const node = at as { properties?: Record<string, unknown>, items?: unknown }
    at = Array.isArray(here) ? node.items : node.properties?.[part]
    here = (here as Record<string, unknown> | undefined)?.[part]
    if (!at) return ''
  }
  const { enum: values, anyOf = [] } = at as { enum?: unknown[], anyOf?: { const?: unknown, type?: string }[] }
  if (values) return values.map(one => JSON.stringify(one)).join(', ')
  const words = anyOf.map(option => (option.const !== undefined ? JSON.stringify(option.const) : option.type === 'null' ? 'null' : option.type))
  return words.includes(undefined) ? '' : words.join(', ')
}
