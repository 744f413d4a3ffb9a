import t from 'tap'
import { openHouse } from '../fixtures/house.ts'

t.test('the id of what was deleted is never given again, not after a restart either', async (t) => {
  const house = await openHouse(t)
  const makes: [name: string, make: () => [method: string, params: object]][] = [
    ['contact', () => ['contact.put', { name: 'Bob' }]],
    ['identity', () => ['identity.put', { kind: 'email', address: 'ada@alias.example' }]],
    ['rule', () => ['rule.put', { scope: 'domain', value: 'shop.example', action: 'other' }]]
  ]
  let client = await house.client()
  for (const [name, make] of makes) {
    const { id } = await client.call<{ id: string }>(...make())
    await client.call(`${name}.delete`, { id })
    await house.restart()
    client = await house.client()
    t.not((await client.call<{ id: string }>(...make())).id, id, name)
  }
})
