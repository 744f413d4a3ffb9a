import t from 'tap'
import { readFileSync } from 'node:fs'
import { ladder, route } from '../../src/inbound/route.ts'
import type { Facts } from '../../src/inbound/route.ts'
import type { UserRule } from '../../src/model/rule.ts'

const nobody: Facts = {
  direction: 'in', list: undefined, automatic: undefined, unreadable: undefined, sender: { address: 'dave@example.net', shown: 'dave@example.net' }, contact: undefined,
  proof: { level: 'verified', enough: true, evidence: [] }, wroteAt: null, rule: null, path: null, namesake: null, stream: null, strict: false, version: 0
}
const friend = { name: 'Dave', friend: true, blocked: false, blockedAt: null }
const weak: Facts['proof'] = { level: 'weak', enough: true, evidence: [] }
const none: Facts['proof'] = { level: 'conflicting', enough: false, evidence: ['It does not fit.'] }
const rule = (more: Partial<UserRule>): UserRule => ({ id: 1, scope: 'address', kind: 'email', value: 'dave@example.net', action: 'inbox', stream: null, origin: 'user', at: 1, rev: 1, ...more })
const path: Facts['path'] = { addressId: 1, viaId: 2, contactId: 3, name: 'Alice', kind: 'cc', about: '', at: Date.UTC(2026, 4, 3) }

/** The rung above wins over all below; each line says what is asked, and where it goes. */
const cases: [string, Partial<Facts>, string, 'inbox' | 'other'][] = [
  ['own', { direction: 'out' }, 'you-wrote-first', 'inbox'],
  ['a blocked friend with a rule', { contact: { ...friend, blocked: true, blockedAt: 5 }, rule: rule({}), wroteAt: 1 }, 'blocked', 'other'],
  ['blocked by a rule', { contact: friend, rule: rule({ action: 'block' }) }, 'blocked', 'other'],
  ['a bounce of a friend\'s address', { contact: friend, automatic: 'bounce' }, 'automatic', 'other'],
  ['a rule against a friend', { contact: friend, rule: rule({ action: 'other' }) }, 'rule', 'other'],
  ['a rule for somebody weak', { rule: rule({}), proof: weak }, 'rule', 'inbox'],
  ['a rule for a domain, weak', { rule: rule({ scope: 'domain', value: 'example.net' }), proof: weak }, 'unproven', 'other'],
  ['a rule for a domain, verified', { rule: rule({ scope: 'domain', value: 'example.net' }) }, 'rule', 'inbox'],
  ['a rule, and a contradiction', { rule: rule({}), proof: none }, 'unproven', 'other'],
  ['a friend on a list', { contact: friend, list: { id: 'l.example' }, automatic: 'list' }, 'list', 'other'],
  ['a friend\'s machine', { contact: friend, automatic: 'auto-reply' }, 'automatic', 'other'],
  ['a friend\'s invitation', { contact: friend, automatic: 'invitation' }, 'friend', 'inbox'],
  ['a friend', { contact: friend }, 'friend', 'inbox'],
  ['a friend, weak', { contact: friend, proof: weak }, 'friend', 'inbox'],
  ['a friend, contradicted', { contact: friend, proof: none }, 'unproven', 'other'],
  ['a friend of a friend', { path }, 'friend-of-friend', 'inbox'],
  ['a friend of a friend, strictly', { path, strict: true }, 'unknown', 'other'],
  ['a friend of a friend, contradicted', { path, proof: none }, 'unproven', 'other'],
  ['written to', { wroteAt: 1 }, 'you-wrote-first', 'inbox'],
  ['written to, contradicted', { wroteAt: 1, proof: none }, 'unproven', 'other'],
  ['nobody', {}, 'unknown', 'other'],
  ['nobody, unproven', { proof: none }, 'unknown', 'other'],
  ['a namesake', { namesake: 'Alice' }, 'unknown', 'other']
]

t.test('the first rung that matches decides', async (t) => {
  for (const [name, facts, reason, folder] of cases) t.match(route({ ...nobody, ...facts }), { folder, because: { rule: reason } }, name)
  t.same(new Set(cases.map(([, , reason]) => reason)), new Set(ladder.map(({ name }) => name)), 'every rung has its case')
  t.match(route({ ...nobody, path, version: 7 }), { because: { version: 7, evidence: ['Alice put them in Cc on 3 May 2026.', /proven/] } })
  t.equal(route({ ...nobody, contact: { ...friend, blocked: true, blockedAt: 5 } }).blockedAt, 5)
})

t.test('the docs show the ladder as it is', async (t) => {
  const page = readFileSync(new URL('../../docs/inbox-and-other.md', import.meta.url), 'utf8')
  const table = /<!-- ladder -->\n([\s\S]*?)<!-- end -->/.exec(page)![1]!.trim().split('\n').slice(2)
  t.same(table, ladder.map(({ name, words }, i) => `| ${i + 1} | \`${name}\` | ${words} |`))
})
