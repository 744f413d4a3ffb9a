import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

type Json = Record<string, unknown>
type Parameter = { name: string, in: 'path' | 'query', required?: boolean, schema: Json }
type Operation = { parameters?: Parameter[], requestBody?: { content: Record<string, { schema: Json }> }, responses: Record<string, { content?: Record<string, { schema: Json }> }> }

/** One operation of the published file, ready to check requests and answers. Each check answers with what is wrong; an empty list: nothing. */
export type Published = {
  request(path: Record<string, string>, query: URLSearchParams, form: URLSearchParams | null): string[]
  answer(status: number, body: unknown): string[]
}

/** OpenAPI 3.0 is not JSON Schema: `nullable` becomes a type (or an enum value) null, and what only describes is dropped. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema)
  if (typeof node !== 'object' || node === null) return node
  const out: Json = {}
  for (const [key, value] of Object.entries(node)) {
    if (key === 'nullable' || key === 'example' || key === 'examples' || key === 'description' || key.startsWith('x-')) continue
    // A property may itself be called "description" or "examples": below `properties` keys are names
    out[key] = key === 'properties' ? Object.fromEntries(Object.entries(value as Json).map(([name, schema]) => [name, toJsonSchema(schema)])) : toJsonSchema(value)
  }
  if ((node as Json)['nullable'] === true) {
    if (typeof out['type'] === 'string') out['type'] = [out['type'], 'null']
    if (Array.isArray(out['enum'])) out['enum'] = [...out['enum'], null]
  }
  return out
}

/** The text of a parameter as the type that its schema wants; texts that are not of that type stay texts, and fail. */
function coerce(schema: Json, values: string[]): unknown {
  const [first] = values
  if (schema['type'] === 'array') return values
  if (schema['type'] === 'integer' || schema['type'] === 'number') return /^-?[0-9.]+$/.test(first!) ? Number(first) : first
  if (schema['type'] === 'boolean') return first === 'true' ? true : first === 'false' ? false : first
  return values.length === 1 ? first : values
}

function object(parameters: Parameter[]): Json {
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(p => [p.name, p.schema])),
    required: parameters.filter(p => p.required).map(p => p.name),
    additionalProperties: false
  }
}

function gather(schema: Json, params: URLSearchParams): Json {
  const properties = schema['properties'] as Record<string, Json>
  return Object.fromEntries([...new Set(params.keys())].map(name => [name, coerce(properties[name] ?? {}, params.getAll(name))]))
}

/** Reads a published OpenAPI 3.0 file (.json.gz). `operation(method, template)` throws where the file has none. */
export function readOpenApi(file: string): { operation(method: string, template: string): Published } {
  const spec = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as { components: { schemas: Record<string, Json> }, paths: Record<string, Record<string, Operation>> }
  const ajv = new Ajv({ allErrors: true, strict: false })
  formats.default(ajv)
  ajv.addFormat('date-time-rfc-2822', /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/)
  // The file's own examples of these are wider than the format's name: dates without a time, relative page links, senders that are words
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?)?$/)
  ajv.addFormat('uri', /^(https?:\/\/[^\s]+|\/[^\s]*)$/)
  ajv.addFormat('phone-number', /^.{1,64}$/)
  ajv.addFormat('currency', /^[A-Za-z]{3}$/)
  for (const name of ['uri-map', 'phone-number-capabilities', 'http-method', 'int64']) ajv.addFormat(name, true)
  ajv.addSchema({ $id: 'published', components: { schemas: Object.fromEntries(Object.entries(spec.components.schemas).map(([name, schema]) => [name, toJsonSchema(schema)])) } })

  const compile = (schema: unknown): ValidateFunction => ajv.compile(JSON.parse(JSON.stringify(toJsonSchema(schema)).replaceAll('"#/components', '"published#/components')) as Json)
  const complain = (check: ValidateFunction, value: unknown, where: string): string[] =>
    check(value) ? [] : (check.errors ?? []).map(error => `${where}${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`)

  return {
    operation(method, template) {
      const operation = spec.paths[template]?.[method]
      if (!operation) throw new Error(`The published file has no ${method} ${template}`)
      const parameters = operation.parameters ?? []
      const path = object(parameters.filter(p => p.in === 'path'))
      const query = object(parameters.filter(p => p.in === 'query'))
      const published = operation.requestBody?.content['application/x-www-form-urlencoded']?.schema
      const form = published ? { ...published, additionalProperties: false } : null
      const checks = { path: compile(path), query: compile(query), form: form ? compile(form) : null }
      const answers = Object.fromEntries(Object.entries(operation.responses).map(([status, response]) => [status, response.content?.['application/json'] ? compile(response.content['application/json'].schema) : null]))
      return {
        request(pathValues, queryValues, formValues) {
          return [
            ...complain(checks.path, pathValues, 'path'),
            ...complain(checks.query, gather(query, queryValues), 'query'),
            ...(checks.form && form ? complain(checks.form, gather(form, formValues ?? new URLSearchParams()), 'form') : formValues ? ['form: this operation takes none'] : [])
          ]
        },
        answer(status, body) {
          const check = answers[String(status)]
          return check ? complain(check, body, 'answer') : [`answer: status ${status} is not published`]
        }
      }
    }
  }
}
