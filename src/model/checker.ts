import { createRequire } from 'node:module'
import type { Static, TSchema } from 'typebox'
import type { Validator } from 'typebox/schema'

/** Tells whether a value is as a JSON Schema says, and what is not (for `wrongIn`). */
export type Checker<S extends TSchema = TSchema> = {
  accepts(value: unknown): value is Static<S>
  errors(value: unknown): ReturnType<Validator['Errors']>[1]
}

const load = createRequire(import.meta.url)

/**
 * Compiles a schema into its checker. Of its library only what reads JSON Schema is loaded, and not before something is to be checked:
 * it is hundreds of files, which an import does without.
 */
export function checker<S extends TSchema>(schema: S): Checker<S> {
  const { Compile } = load('typebox/schema') as typeof import('typebox/schema')
  const compiled = Compile(schema as object)
  return {
    accepts: (value): value is Static<S> => compiled.Check(value),
    errors: (value) => compiled.Errors(value)[1]
  }
}
