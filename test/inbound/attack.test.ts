import t from 'tap'
import { attackRun } from '../rigs/attack.ts'

t.test('strangers who know the friends\' names, addresses, numbers and ids: none in the inbox, none in a friend\'s conversation, none linked', async (t) => {
  const result = await attackRun({ seed: 20261122, messages: 3000, say: () => {} })
  t.same([result.inInbox, result.inFriends, result.linked, result.changed], [[], [], [], []])
  t.same(result.apartUnmarked, [], 'what nobody can tell from the friend says that it is not proven')
  t.ok(result.apart > 50 && result.apartInInbox > 20, `${result.apart} counted apart, ${result.apartInInbox} of them in the inbox`)
  t.ok(Object.keys(result.kinds).length > 20, 'every kind of attack was made')
})
