import type { Static, TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Context } from './context.ts'
import { ApiError } from './errors.ts'
import type { ErrorKind } from './errors.ts'
import { strict } from './strict.ts'

export type Definition<P extends TObject, R extends TSchema> = {
  /** `noun.verb`, as on the wire. */
  name: string
  /** One sentence for the docs. */
  summary: string
  /** Objects in it need not say additionalProperties: false; `method` does. No intersections. */
  params: P
  result: R
  /** What it may answer besides `everywhere` (errors.ts). */
  errors: readonly ErrorKind[]
  /** Both are checked against the schemas by a test, and shown in the docs. */
  example: { params: Static<P>, result: Static<R> }
  /** Requests of one socket with the same key are handled one after the other, in the order in which they came. */
  orderBy?(params: Static<P>): string
  /** Throws ApiError. Cheap enough to be called 64 times at once by each socket. */
  handle(ctx: Context, params: Static<P>): Promise<Static<R>> | Static<R>
}

/** A method as the registry holds it: what it takes is checked before it is called. */
export type Method = {
  name: string
  summary: string
  /** JSON Schema. */
  params: object
  result: object
  errors: readonly ErrorKind[]
  example: { params: unknown, result: unknown }
  orderBy: ((params: unknown) => string) | null
  /** Throws ApiError invalid_params that names the path and what is expected. */
  check(params: unknown): void
  /** Empty when the result is as declared; else what is wrong with it. For tests. */
  wrongResult(result: unknown): string
  /** Only after `check`. */
  handle(ctx: Context, params: unknown): Promise<unknown>
}

/** Makes a method out of its definition: compiles its checkers once. */
export function method<P extends TObject, R extends TSchema>(definition: Definition<P, R>): Method {
  const params = strict(definition.params)
  const result = strict(definition.result)
  const checker = Compile(params)
  const resultChecker = Compile(result)
  const { orderBy } = definition
  return {
    name: definition.name,
    summary: definition.summary,
    params,
    result,
    errors: definition.errors,
    example: definition.example,
    orderBy: orderBy ? params => orderBy(params as Static<P>) : null,
    check(value) {
      if (!checker.Check(value)) throw new ApiError('invalid_params', `${definition.name}: ${describe('params', checker.Errors(value), params, value)}`)
    },
    wrongResult(value) {
      return resultChecker.Check(value) ? '' : describe('result', resultChecker.Errors(value), result, value)
    },
    handle: async (ctx, value) => definition.handle(ctx, value as Static<P>)
  }
}

type SchemaError = { keyword: string, instancePath: string, message: string, params: object }

/** The first thing that is wrong, as `params.limit must be <= 200`. Values themselves are not repeated: they may be secrets. */
function describe(root: string, all: readonly SchemaError[], schema: object, value: unknown): string {
  const error = all.find(one => one.keyword === 'required') ?? all.find(one => one.keyword === 'boolean') ?? all.find(one => one.keyword === 'anyOf') ?? all[0]
  if (!error) return `${root} is not what the method expects`
  const path = root + error.instancePath.split('/').slice(1).map(part => (/^[0-9]+$/.test(part) ? `[${part}]` : '.' + part)).join('')
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
