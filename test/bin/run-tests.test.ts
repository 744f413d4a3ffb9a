import t from 'tap'
import { joined, tapReader, type TapFile } from '../../bin/tap-report.ts'
import { readAllowed, refusedSkips } from '../../bin/allowed-skips.ts'

const stream = `TAP version 14
1..3
# Subtest: test/a.test.ts
    # Subtest: adds
        ok 1 - should be equal
        1..1
    ok 1 - adds # time=13.39ms
    
    ok 2 - skipped whole # SKIP Dovecot is not installed
    # Subtest: nested
        # Subtest: inner \\#1
ok that is noise of a test
            ok 1 - an assertion # SKIP why
            1..1
        ok 1 - inner \\#1 # time=5.643ms
        
        1..1
    ok 3 - nested # time=14.427ms
    1..3
ok 1 - test/a.test.ts # time=46.78ms

# Subtest: test/b.test.ts
    not ok 1 - fails
      ---
      diff: |
        ok 7 - is a line of a diff
      ...
    1..1
not ok 2 - test/b.test.ts # time=67.669ms
  ---
  exitCode: 1
  ...

# Subtest: test/e.test.ts
    1..0 # no tests found
ok 3 - test/e.test.ts # SKIP no tests found

# { total: 5, pass: 1, fail: 1, skip: 3 }
# time=9968.713ms`

function read(text: string) {
  const files: TapFile[] = []
  const reader = tapReader(file => files.push(file))
  for (const line of text.split('\n')) reader.line(line)
  return { ...reader.report(), files }
}

t.test('what a TAP stream says', async t => {
  const { counts, skipped, failed, files } = read(stream)
  t.same(counts, { total: 5, pass: 1, fail: 1, todo: 0, skip: 3 }, 'the totals are tap\'s own')
  t.same(skipped, [
    { name: 'test/a.test.ts > skipped whole', why: 'Dovecot is not installed' },
    { name: 'test/a.test.ts > nested > inner #1 > an assertion', why: 'why' },
    { name: 'test/e.test.ts', why: 'no tests found' }
  ], 'skips by their full name')
  t.same(failed, ['test/b.test.ts > fails', 'test/b.test.ts'], 'failures by their full name; lines of a diff are none')
  t.same(files.map(({ ok, name }) => [ok, name]), [[true, 'test/a.test.ts'], [false, 'test/b.test.ts'], [true, 'test/e.test.ts']])
  t.match(files[1]!.lines.join('\n'), /exitCode: 1/, 'a failed file comes with its own diagnostics')
})

t.test('a stream that breaks off has no totals', async t => {
  t.equal(read(stream.split('\n').slice(0, -2).join('\n')).counts, null)
})

t.test('what several streams say together', async t => {
  const one = read(stream)
  const both = joined([one, one])
  t.same(both.counts, { total: 10, pass: 2, fail: 2, todo: 0, skip: 6 })
  t.same([both.failed, both.skipped.length], [[...one.failed, ...one.failed], 6])
  t.equal(joined([one, read('TAP version 14')]).counts, null, 'one that broke off leaves no totals')
})

t.test('which skips fail the run', async t => {
  const skipped = [{ name: 'a > b', why: 'Dovecot is not installed' }, { name: 'c > d', why: 'later' }, { name: 'e: f', why: 'no material: set KINBOX_CORPORA' }, { name: 'g', why: 'another reason' }]
  const allowed = readAllowed('# comment\n\ne: f | KINBOX_CORPORA\ng | KINBOX_CORPORA\n')
  const names = (ci: boolean, missing: string[]) => refusedSkips(skipped, allowed, { inCi: ci, missing }).map(({ name }) => name)
  t.same(names(true, ['dovecot']), ['a > b', 'c > d', 'g'], 'in CI all but the listed, for the listed reason')
  t.same(names(false, ['dovecot']), ['c > d', 'g'], 'elsewhere a missing server is a reason')
  t.same(names(false, []), ['a > b', 'c > d', 'g'], 'an installed server is none')
  t.throws(() => readAllowed('name without a reason'), /no reason/)
})
