import t from 'tap'
import { prove } from '../../../connectors/email/prove.ts'
import { zone } from '../../fixtures/house.ts'
import { plainMail, signingDomain } from '../../road/signed-mail.ts'

t.test('which fields a sender has signed: what somebody added on the way is not among them', async (t) => {
  const friend = signingDomain('friend.example')
  const evil = signingDomain('evil.test')
  const context = { own: [], region: null, folder: null, authserv: null, at: Date.now() }
  const signed = await friend.sign(plainMail({ from: 'alice@friend.example', text: 'hello' }))
  const withCc = await friend.sign(plainMail({ from: 'alice@friend.example', text: 'hello', more: ['Cc: dave@example.net'] }))
  const proof = async (mail: string, authserv: string | null = null) => prove(Buffer.from(mail), { ...context, authserv }, zone({ ...friend.records, ...evil.records }))
  const covered = async (mail: string) => (await proof(mail)).covers ?? []
  t.match(await proof(signed), { level: 'verified', covers: ['to'] })
  t.equal((await covered(withCc)).includes('cc'), true)
  const added = 'Cc: mallory@evil.test\r\n' + signed
  t.match([(await proof(added)).level, (await covered(added)).includes('cc')], ['verified', false], 'the signature still holds, and says nothing of it')
  t.equal((await covered('To: mallory@evil.test\r\n' + signed)).includes('to'), false, 'a second one')
  t.equal((await covered('Cc: mallory@evil.test\r\n' + withCc)).includes('cc'), false, 'nor one more above those that were signed')
  t.equal((await covered(await evil.sign(added))).includes('cc'), false, 'nor by the signature of whoever added it')
  const said = 'Authentication-Results: mx.example.org; dmarc=pass header.from=friend.example\r\n'
  t.same((await proof(said + added, 'mx.example.org')).covers?.includes('cc'), false, 'the same where the server has checked')
  t.match(await proof(said + plainMail({ from: 'alice@friend.example', text: 'hello', more: ['Cc: dave@example.net'] }), 'mx.example.org'), { level: 'verified', covers: { length: 0 } }, 'nor what nobody signed, where the server believes the way it came')
  t.equal((await proof(plainMail({ from: 'alice@friend.example', text: 'hello' }))).covers, undefined, 'what proves nothing covers nothing')
})
