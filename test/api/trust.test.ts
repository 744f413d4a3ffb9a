import t from 'tap'
import { everywhere } from '../../src/api/errors.ts'
import { methods } from '../../src/api/registry.ts'
import './methods/trust.ts'
import './methods/cards.ts'
import { hit, ofTrust } from './methods/coverage.ts'

const ours = methods.filter(({ name }) => ofTrust(name))

t.test('every method about who gets in is answered by the cases above, and every error it declares is hit', async (t) => {
  t.equal(ours.length >= 13, true)
  t.same(ours.filter(({ name }) => !hit.has(name)).map(({ name }) => name), [])
  t.same(ours.flatMap(({ name, errors }) => errors.map((kind) => `${name} ${kind}`)).filter((one) => !hit.has(one)), [])
})

t.test('none answers an error that it does not declare', async (t) => {
  const declared = new Set(methods.flatMap(({ name, errors }) => [...errors, ...everywhere].map((kind) => `${name} ${kind}`)))
  t.same([...hit].filter((one) => one.includes(' ') && !declared.has(one) && !one.endsWith('none: it was answered')), [])
})
