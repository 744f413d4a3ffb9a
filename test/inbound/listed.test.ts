import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { prove } from '../../connectors/email/prove.ts'
import { zone } from '../fixtures/house.ts'
import type { Letter } from '../fixtures/network.ts'
import { openStage } from '../api/methods/stage.ts'
import type { Stage } from '../api/methods/stage.ts'
import { plainMail, signingDomain } from '../road/signed-mail.ts'

const club = { automatic: 'list' as const, list: { id: 'climbing.club.example', name: 'Climbing' } }
const by = (level: 'verified' | 'weak' | 'conflicting', ...signers: string[]): Letter => ({ proof: { level, evidence: [], covers: ['to', 'cc'], signers } })

/** Everything that Mallory can do to be taken for the list: all of it proves that it is from evil.test, or nothing. */
const attacks: [string, string, Letter][] = [
  ['signed by himself', 'mallory@evil.test', by('verified', 'evil.test')],
  ['by a domain below his own that bears its name', 'x@climbing.club.example.evil.test', by('verified', 'climbing.club.example.evil.test')],
  ['by a domain that ends like it', 'x@myclub.example', by('verified', 'myclub.example')],
  ['not signed at all', 'carol@friend.example', by('weak')],
  ['in the name of the list itself', 'climbing@club.example', by('conflicting', 'evil.test')],
  ['in its name, with its signature of something else', 'climbing@club.example', by('conflicting', 'club.example')]
]

async function nobodyElse(stage: Stage, inbox: string): Promise<void> {
  const { writes, conversation, call } = stage
  for (const [name, who, proof] of attacks) {
    const message = await writes(who, name, { ...club, ...proof })
    t.not(message.conversationId, inbox, `${name}: not among what comes from the list`)
    t.match(await conversation(message), { folder: 'other', kind: 'list', because: { rule: 'list' } }, name)
  }
  t.match(await call('conversation.get', { id: inbox }), { folder: 'inbox' })
}

t.test('a list that is let in brings what is proven to be of it, and nobody who only writes its name', async (t) => {
  const stage = await openStage(t)
  const { call, writes, conversation, settled } = stage
  const first = await writes('Carol <carol@friend.example>', 'to all', { ...club, ...by('weak', 'club.example') })
  await call('rule.put', { scope: 'list', value: club.list.id, action: 'inbox' })
  t.match(await conversation(first), { folder: 'inbox', because: { rule: 'rule' } }, 'whoever writes: the list has signed it')
  await nobodyElse(stage, first.conversationId)
  const again = await writes('Dave <dave@example.net>', 'again', { ...club, ...by('weak', 'lists.club.example') })
  t.equal(again.conversationId, first.conversationId, 'a name of the same owner')
  await settled('a list and who pretends to be it')
  const [rule] = (await call<{ items: { id: string }[] }>('rule.list')).items
  await call('rule.delete', { id: rule!.id })
  t.match(await conversation(first), { folder: 'other' })
  await call('rule.put', { scope: 'list', value: club.list.id, action: 'block' })
  t.same((await stage.list('other')).items.filter(({ kind }) => kind === 'list'), [], 'a block is about all that bears its name')
})

t.test('a list of which another domain has always sent: that one goes on, by a rule or by hand', async (t) => {
  for (const how of ['rule', 'hand']) {
    const stage = await openStage(t)
    const { call, writes, conversation } = stage
    const first = await writes('news@shop.example', 'buy', { ...club, ...by('verified', 'sender.example') })
    await writes('news@shop.example', 'more', { ...club, ...by('verified', 'sender.example') })
    if (how === 'rule') await call('rule.put', { scope: 'list', value: club.list.id, action: 'inbox' })
    else await call('conversation.route', { id: first.conversationId, folder: 'inbox', teach: 'none' })
    t.match(await conversation(first), { folder: 'inbox' })
    t.equal((await writes('news@shop.example', 'and more', { ...club, ...by('weak', 'sender.example') })).conversationId, first.conversationId)
    await nobodyElse(stage, first.conversationId)
    t.equal((await writes('news@shop.example', 'still', { ...club, ...by('verified', 'sender.example') })).conversationId, first.conversationId, 'the attacks have changed nothing')
    await stage.settled(how)
  }
})

t.test('who has been there before the rule with another domain is not made one of it by that', async (t) => {
  const stage = await openStage(t)
  const { call, writes, conversation } = stage
  const first = await writes('news@shop.example', 'buy', { ...club, ...by('verified', 'sender.example') })
  await writes('mallory@evil.test', 'me too', { ...club, ...by('verified', 'evil.test') })
  await call('rule.put', { scope: 'list', value: club.list.id, action: 'inbox' })
  t.match(await conversation(first), { folder: 'other' }, 'nobody has always sent it')
  t.match(await conversation(await writes('mallory@evil.test', 'and again', { ...club, ...by('verified', 'evil.test') })), { folder: 'other' })
})

t.test('what only bears the name of a list is let in by hand for what was there, and not for what comes', async (t) => {
  const stage = await openStage(t)
  const { call, writes, conversation, settled } = stage
  await writes('carol@friend.example', 'to all', { ...club, ...by('weak', 'club.example') })
  await call('rule.put', { scope: 'list', value: club.list.id, action: 'inbox' })
  const foreign = await writes('dave@example.net', 'nothing proves it', { ...club, ...by('weak') })
  await call('conversation.route', { id: foreign.conversationId, folder: 'inbox', teach: 'none' })
  t.match(await conversation(foreign), { folder: 'inbox', because: { rule: 'moved' } })
  t.equal((await writes('mallory@evil.test', 'me too', { ...club, ...by('verified', 'evil.test') })).conversationId, foreign.conversationId)
  t.match(await conversation(foreign), { folder: 'other', because: { rule: 'unproven' } })
  await settled('what was moved by hand')
})

t.test('a list that was let in before it was noted who signs: whoever was verified then goes on', async (t) => {
  const stage = await openStage(t)
  const { house, call, writes } = stage
  const first = await writes('news@shop.example', 'buy', { ...club, ...by('verified', 'sender.example') })
  await call('rule.put', { scope: 'list', value: club.list.id, action: 'inbox' })
  const db = new Database(join(house.folder, 'kinbox.db'))
  db.exec('UPDATE message SET signers = NULL')
  db.close()
  t.equal((await writes('news@shop.example', 'more', { ...club, ...by('verified', 'sender.example') })).conversationId, first.conversationId)
  await nobodyElse(stage, first.conversationId)
})

t.test('a signature speaks for a list only where it signs which list it is', async (t) => {
  const { records, sign } = signingDomain('club.example', 'none')
  const signers = async (mail: string, authserv: string | null = null) => (await prove(Buffer.from(mail), { own: [], region: null, folder: null, authserv, at: Date.now() }, zone(records))).signers ?? []
  const mail = plainMail({ from: 'carol@friend.example', text: 'to all', more: ['List-Id: Climbing <climbing.club.example>'] })
  const good = await sign(mail)
  const covers = /h=[^;]*list-id/i.test(good)
  t.same(await signers(good), covers ? ['club.example'] : [])
  t.same(await signers(good.replace('to all', 'to some')), [], 'changed')
  const plain = await sign(plainMail({ from: 'carol@friend.example', text: 'to one' }))
  t.same(await signers(plain.replace('MIME-Version', 'List-Id: <climbing.club.example>\r\nMIME-Version')), [], 'sent on as one of a list')
  t.same(await signers(good.replace('MIME-Version', 'List-Id: <other.club.example>\r\nMIME-Version')), [], 'with another list beside it')
  const results = (header: string) => `Authentication-Results: mx.example.org; dkim=pass header.d=club.example; dmarc=none header.from=friend.example\r\nReceived: from x by mx.example.org; Sun, 22 Nov 2026 10:00:00 +0000\r\n${header}`
  t.same(await signers(results(good), 'mx.example.org'), covers ? ['club.example'] : [], 'as the user\'s own server says')
  t.same(await signers(results(plain), 'mx.example.org'), [])
  t.ok(covers, 'the library signs the field')
})
