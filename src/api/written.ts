const texts = Symbol('the JSON of its items')

/** A list whose items were written as JSON already, since it was measured: they are not written again. It must not be changed any more. */
type Written<Item> = readonly Item[] & { readonly [texts]?: readonly string[] }

/** Notes the JSON of each item of a list with it. */
export function writtenAs<Item>(items: Item[], json: readonly string[]): Item[] {
  return Object.defineProperty(items, texts, { value: json })
}

/** A list that another thread wrote as JSON already, for a result. Nothing is to read it here: it looks empty but to JSON. */
export function writtenList<Item>(json: string): Item[] {
  const list: Item[] = Object.defineProperty([], 'toJSON', { value: () => JSON.parse(json) as Item[] })
  return writtenAs(list, [json.slice(1, -1)])
}

/** The same as JSON.stringify, of a result whose lists may have been written already. */
export function written(result: unknown): string {
  return holdsWritten(result) ? joined(result) : JSON.stringify(result)
}

/** Lists lie in the result itself or, those of a snapshot, two objects further in. */
const deepest = 3

function holdsWritten(value: unknown, depth = deepest): value is Record<string, unknown> {
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).some((one) => textsOf(one) !== undefined || holdsWritten(one, depth - 1))
}

function joined(value: Record<string, unknown>): string {
  const fields = Object.entries(value).flatMap(([key, one]) => {
    const json = textsOf(one)
    const text = json ? `[${json.join(',')}]` : written(one)
    return text === undefined ? [] : `${JSON.stringify(key)}:${text}`   // as JSON.stringify leaves out what is undefined
  })
  return `{${fields.join(',')}}`
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? (value as Written<unknown>)[texts] : undefined
}
