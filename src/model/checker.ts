import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/schema'

/** Tells whether a value is as a JSON Schema says, and what is not (for `wrongIn`). */
export type Checker<S extends TSchema = TSchema> = {
  accepts(value: unknown): value is Static<S>
  errors(value: unknown): ReturnType<ReturnType<typeof Compile>['Errors']>[1]
}

/** Compiles a schema into its checker. Of its library only what reads JSON Schema is loaded: half of what the whole takes at each start. */
export function checker<S extends TSchema>(schema: S): Checker<S> {
  const compiled = Compile(schema as object)
  return {
    accepts: (value): value is Static<S> => compiled.Check(value),
    errors: (value) => compiled.Errors(value)[1]
  }
}
