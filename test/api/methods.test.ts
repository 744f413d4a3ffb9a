import { readFileSync } from 'node:fs'
import t from 'tap'
import { errors, everywhere } from '../../src/api/errors.ts'
import type { ErrorKind } from '../../src/api/errors.ts'
import { methods } from '../../src/api/registry.ts'
import './methods/sessions.ts'
import './methods/conversations.ts'
import './methods/messages.ts'
import './methods/topics.ts'
import './methods/sending.ts'
import './methods/contacts.ts'
import './methods/people.ts'
import './methods/accounts.ts'
import './methods/now.ts'
import './methods/search.ts'
import './methods/page.ts'
import './methods/page-once.ts'
import './methods/proof.ts'
import './methods/pictures.ts'
import { hit, ofTrust } from './methods/coverage.ts'

// More than fifty servers are started one after the other.
t.setTimeout(300_000)

/** What any method may answer, and what the cases above do not bring about by themselves: the test that does. */
const elsewhere: Partial<Record<ErrorKind, string>> = {
  parse_error: 'test/api/frames.test.ts', invalid_request: 'test/api/frames.test.ts', method_not_found: 'test/api/frames.test.ts', too_large: 'test/api/frames.test.ts',
  rate_limited: 'test/api/frames.test.ts', internal: 'test/api/frames.test.ts', cancelled: 'test/api/frames.test.ts', unauthenticated: 'test/api/hello.test.ts', forbidden: 'test/api/http.test.ts',
  read_only: 'test/road/bad-input.test.ts'
}

/** Kept in the table, and answered by nothing today. */
const reserved: Partial<Record<ErrorKind, string>> = { snapshot_required: 'session.hello tells it as `resume`, which is no error (test/api/events.test.ts)' }

t.test('every method is answered by the cases above, and every error it declares is hit', async (t) => {
  const here = methods.filter(({ name }) => !ofTrust(name))
  t.same(here.filter(({ name }) => !hit.has(name)).map(({ name }) => name), [])
  // Each line that is missing here is a promise of the protocol that nobody has tried.
  t.same(here.flatMap(({ name, errors: declared }) => declared.map((kind) => `${name} ${kind}`)).filter((one) => !hit.has(one)), [])
})

t.test('no method answers an error that it does not declare', async (t) => {
  const declared = new Set(methods.flatMap(({ name, errors }) => [...errors, ...everywhere].map((kind) => `${name} ${kind}`)))
  t.same([...hit].filter((one) => one.includes(' ') && !declared.has(one) && !one.endsWith('none: it was answered')), [])
})

t.test('every kind of the table is hit, here or in the file that is named', async (t) => {
  const here = new Set([...hit].map((one) => one.split(' ')[1]))
  for (const kind of Object.keys(errors) as ErrorKind[]) {
    if (reserved[kind] !== undefined) {
      t.equal(here.has(kind), false, `${kind} is answered by now`)
      continue
    }
    const file = elsewhere[kind]
    t.equal(here.has(kind) || (file !== undefined && readFileSync(new URL('../../' + file, import.meta.url), 'utf8').includes(kind)), true, `${kind}: ${file ?? 'the cases above'}`)
  }
})
