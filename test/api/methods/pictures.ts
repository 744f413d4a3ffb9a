import t from 'tap'
import type { Proof } from '../../../src/connector.ts'
import { openStage } from './stage.ts'
import type { Contact, Message, Stage } from './stage.ts'

const proven: Proof = { level: 'verified', evidence: ['Their server signed it.'] }
const html = '<p>Look</p><img src="https://pictures.example/hut.png" alt="hut">'

/** Whether the layout of a message, asked for as the user has set it for its sender, has pictures of other servers in it. */
async function shows({ call, house }: Stage, { html }: Message): Promise<boolean> {
  const { path } = await call<{ path: string }>('blob.url', { id: html!.replace(/^h/, 'a') })
  return /data-src="\/v1\/remote\?/.test(await (await fetch(house.app.url + path)).text())
}

t.test('pictures of somebody: always, in what is verified to be theirs, until it is taken back', async (t) => {
  const stage = await openStage(t)
  const { call, writes } = stage
  const letter = await writes('Alice <alice@friend.example>', 'Look', { html, proof: proven })
  const weak = await writes('Alice <alice@friend.example>', 'Look', { html })
  const forged = await writes('Alice <alice@friend.example>', 'Look', { html, proof: { level: 'conflicting', evidence: ['Nobody signed it.'] } })
  const bob = await writes('Bob <bob@friend.example>', 'Look', { html, proof: proven })
  const id = letter.sender.contactId!
  t.equal(await shows(stage, letter), false, 'nobody has asked for it')

  t.match(await call('contact.put', { id, pictures: true }), { pictures: true })
  t.equal(await shows(stage, letter), true)
  t.equal(await shows(stage, weak), false, 'what does not prove its sender')
  t.equal(await shows(stage, forged), false)
  t.equal(await shows(stage, bob), false, 'somebody else')
  const first = await writes('Carol <carol@friend.example>', 'Look', { html })
  t.match(first.sender, { proof: 'weak', contactId: /^p\d+$/ }, 'whose address never proved itself, so that nothing speaks against it')
  await call('contact.put', { id: first.sender.contactId!, pictures: true })
  t.equal(await shows(stage, first), false, 'what is theirs as far as one knows is not proven to be')
  t.equal(await shows(stage, await writes('Alice <alice@friend.example>', 'Again', { html, proof: proven })), true, 'what comes later')

  await call('contact.block', { id, blocked: true })
  t.equal(await shows(stage, letter), false, 'nothing of somebody who is blocked')
  await call('contact.block', { id, blocked: false })

  const { mergeId } = await call<{ mergeId: string }>('contact.merge', { ids: [id, bob.sender.contactId!] })
  t.equal(await shows(stage, bob), false, 'joined with somebody of whom it was not said, it is not said of both')
  t.equal(await shows(stage, letter), false)
  await call('contact.unmerge', { mergeId })

  await call('contact.put', { id, pictures: true })
  const { path } = await call<{ path: string }>('blob.url', { id: letter.html!.replace(/^h/, 'a') })
  t.equal('pictures' in await call<Contact>('contact.put', { id, pictures: false }), false)
  t.notMatch(await (await fetch(stage.house.app.url + path)).text(), /data-src/, 'a link that was made before shows none either')

  await call('contact.put', { id, pictures: true })
  await call('contact.delete', { id })
  t.equal(await shows(stage, letter), false, 'who is deleted is somebody new')
  await stage.settled('pictures')
})
