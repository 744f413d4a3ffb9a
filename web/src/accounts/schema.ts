/** What the page reads of a JSON Schema of settings. */
export type Schema = {
  type?: string, title?: string, description?: string, secret?: boolean, const?: unknown, enum?: unknown[], anyOf?: Schema[], default?: unknown
  properties?: Record<string, Schema>, required?: string[], items?: Schema, minimum?: number, maximum?: number, minLength?: number, maxLength?: number, pattern?: string
}

export type Value = string | number | boolean | Value[] | { [name: string]: Value } | undefined
export type Values = { [name: string]: Value }

/** What one may choose from; null where the field is no choice. */
export function choicesOf({ enum: listed, anyOf }: Schema): string[] | null {
  if (listed) return listed.map(String)
  if (anyOf?.length && anyOf.every((one) => one.const !== undefined)) return anyOf.map((one) => String(one.const))
  return null
}

/** The properties of an object in their order, those that must be there apart from the rest. */
export function partsOf({ properties = {}, required = [] }: Schema, inner = false): { main: [string, Schema][], more: [string, Schema][] } {
  const all = Object.entries(properties)
  // A password that may be left out (for a token instead) is still what nearly everybody needs.
  const first = (name: string) => required.includes(name) || (name === 'password' && !inner)
  return { main: all.filter(([name]) => first(name)), more: all.filter(([name]) => !first(name)) }
}

/** Sets one field. An empty one is left out: absent means "as it comes", and for a secret "as it was". */
export function withField(values: Values, name: string, value: Value): Values {
  const { [name]: _, ...rest } = values
  return value === undefined || value === '' ? rest : { ...rest, [name]: value }
}

/** Beginnings of a new value: what has only one meaning at first. */
export function emptyOf(schema: Schema): Values {
  return Object.fromEntries(Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (field.default !== undefined) return [[name, field.default as Value]]
    if (!schema.required?.includes(name)) return []
    if (field.properties) return [[name, emptyOf(field)]]
    const choices = choicesOf(field)
    return choices ? [[name, choices[0]]] : []
  }))
}
