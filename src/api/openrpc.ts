import { errors, everywhere } from './errors.ts'
import type { Method } from './method.ts'

export type OpenRpc = { openrpc: string, info: { title: string, version: string }, methods: object[] }

/** The methods as an OpenRPC 1.3 document. Parameters are by name. */
export function openRpc(methods: readonly Method[]): OpenRpc {
  return {
    openrpc: '1.3.2',
    info: { title: 'Kinbox', version: 'kinbox.v1' },
    methods: methods.map(({ name, summary, params, result, errors: kinds, example }) => {
      const { properties = {}, required = [] } = params as { properties?: Record<string, object>, required?: string[] }
      return {
        name,
        summary,
        paramStructure: 'by-name',
        params: Object.entries(properties).map(([key, schema]) => ({ name: key, required: required.includes(key), schema })),
        result: { name: 'result', schema: result },
        errors: [...kinds, ...everywhere.filter(kind => !kinds.includes(kind))].map(kind => ({ code: errors[kind].code, message: kind })),
        examples: [{
          name,
          params: Object.entries(example.params as object).map(([key, value]) => ({ name: key, value: value as unknown })),
          result: { name: 'result', value: example.result }
        }]
      }
    })
  }
}
