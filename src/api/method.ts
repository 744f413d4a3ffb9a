import type { Static, TObject, TSchema } from 'typebox'
import type { Context } from './context.ts'
import { ApiError } from './errors.ts'
import type { ErrorKind } from './errors.ts'
import { strict } from './strict.ts'
import { checker } from '../model/checker.ts'
import type { Checker } from '../model/checker.ts'
import { wrongIn } from '../model/wrong.ts'

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
  // Compiled when first asked: a server answers few of its methods in its first minute, and results are checked in tests only.
  let asked: Checker<P> | undefined
  let answered: Checker<R> | undefined
  const given = () => asked ??= checker(params)
  const found = () => answered ??= checker(result)
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
      if (!given().accepts(value)) throw new ApiError('invalid_params', `${definition.name}: ${wrongIn('params', given().errors(value), params, value)}`)
      const nul = nulIn('params', value)
      if (nul !== null) throw new ApiError('invalid_params', `${definition.name}: ${nul} holds a NUL character. Remove it`)
    },
    wrongResult(value) {
      return found().accepts(value) ? '' : wrongIn('result', found().errors(value), result, value)
    },
    handle: async (ctx, value) => definition.handle(ctx, value as Static<P>)
  }
}

/** Where a text holds a NUL, which neither networks nor the database take everywhere; null: nowhere. */
function nulIn(path: string, value: unknown): string | null {
  if (typeof value === 'string') return value.includes('\0') ? path : null
  if (typeof value !== 'object' || value === null) return null
  for (const [key, one] of Object.entries(value)) {
    const found = nulIn(Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, one)
    if (found !== null) return found
  }
  return null
}
