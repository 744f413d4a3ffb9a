import t from 'tap'
import { addUser, checkPassword, setPassword, userByName } from '../../src/store/users.ts'
import { testClock, tempStore } from '../fixtures/store.ts'

const password = 'correct horse battery'

t.test('a password is kept as argon2id and checked', async t => {
  const { store, clock, log } = await tempStore(t)
  const ada = await addUser(store, { name: 'ada', password }, clock)
  t.equal(await checkPassword(store, 'ada', password), ada)
  t.equal(await checkPassword(store, 'ADA', password), ada, 'names are compared without case')
  t.equal(await checkPassword(store, 'ada', password + ' '), null)
  const stored = await store.read(tx => tx.get<{ password: string }>('SELECT password FROM user WHERE id = ?', ada))
  t.match(stored?.password, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  t.equal(log.lines.some(line => line.includes(password)), false)
  await setPassword(store, ada, 'another long one')
  t.equal(await checkPassword(store, 'ada', password), null)
  t.equal(await checkPassword(store, 'ada', 'another long one'), ada)
})

t.test('who has no password, and who does not exist, cannot log in and takes as long', async t => {
  const { store, clock } = await tempStore(t)
  await addUser(store, { name: 'ada', password }, clock)
  await addUser(store, { name: 'bob', password: null }, clock)
  const took = async (name: string): Promise<number> => {
    const times: number[] = []
    for (let i = 0; i < 5; i++) {
      const from = process.cpuUsage()
      t.equal(await checkPassword(store, name, 'wrong password'), null)
      // The time of the processor: what else the machine does is not in it.
      times.push(process.cpuUsage(from).user)
    }
    return times.sort((a, b) => a - b)[2]!
  }
  const known = await took('ada')
  for (const name of ['bob', 'nobody']) t.ok(await took(name) > known / 3, `${name} is not answered early`)
})

t.test('what cannot be a user is refused with words', async t => {
  const { store } = await tempStore(t)
  const clock = testClock()
  await addUser(store, { name: 'ada', password: null }, clock)
  for (const [name, secret, words] of [
    ['ada', null, /already/], ['Ada', null, /already/], ['', null, /starts with/], ['../x', null, /starts with/], ['a b', null, /starts with/],
    ['a'.repeat(65), null, /up to 64/], ['carol', 'short', /at least 8/]
  ] as [string, string | null, RegExp][]) {
    await t.rejects(addUser(store, { name, password: secret }, clock), { name: 'UserError', message: words }, `${name} ${secret}`)
  }
  t.equal(await store.read(tx => userByName(tx, 'carol')), undefined)
})
