import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { methods } from '../../src/api/registry.ts'
import { failureOf } from '../fixtures/client.ts'
import type { Client } from '../fixtures/client.ts'
import { openHouse } from '../fixtures/house.ts'
import type { House } from '../fixtures/house.ts'
import { playNetwork, secret } from '../fixtures/network.ts'
import type { Network } from '../fixtures/network.ts'

/** What a user has, one of each, by public id. Texts and names of a user hold a word of theirs. */
type Ids = Record<'account' | 'conversation' | 'message' | 'out' | 'topic' | 'contact' | 'other' | 'merge' | 'attempt' | 'identity' | 'rule' | 'screening' | 'upload' | 'attachment' | 'raw' | 'html' | 'session', string>
type User = { name: string, client: Client, token: string, ids: Ids }

/** Methods with the ids of the user who asks, so that each id can be made another's, one after the other. */
const asked: Record<string, (ids: Ids) => object> = {
  'search.query': ({ conversation }) => ({ q: 'x', conversationId: conversation }),
  'session.revoke': ({ session }) => ({ id: session }),
  'token.revoke': ({ session }) => ({ id: session }),
  'conversation.get': ({ conversation }) => ({ id: conversation }),
  'conversation.markRead': ({ conversation, message }) => ({ id: conversation, upTo: message }),
  'conversation.markUnread': ({ conversation, message }) => ({ id: conversation, from: message }),
  'conversation.members': ({ conversation }) => ({ id: conversation }),
  'conversation.route': ({ conversation }) => ({ id: conversation, folder: 'other' }),
  'conversation.update': ({ conversation }) => ({ id: conversation, pinned: true }),
  'typing.set': ({ conversation }) => ({ conversationId: conversation, typing: true }),
  'topic.list': ({ conversation }) => ({ conversationId: conversation }),
  'topic.rename': ({ topic }) => ({ id: topic, subject: 'x' }),
  'topic.split': ({ message }) => ({ messageId: message }),
  'topic.join': ({ topic }) => ({ ids: [topic + '0', topic] }),
  'message.cancel': ({ out }) => ({ id: out }),
  'message.get': ({ message }) => ({ id: message }),
  'message.list': ({ conversation, topic, message }) => ({ conversationId: conversation, topicId: topic, before: message }),
  'message.list after': ({ conversation, message }) => ({ conversationId: conversation, after: message }),
  'message.raw': ({ message }) => ({ id: message }),
  'message.retry': ({ out }) => ({ id: out }),
  'message.send': ({ conversation, topic, message, upload, account }) => ({ clientId: crypto.randomUUID(), text: 'x', conversationId: conversation, topicId: topic, replyTo: message, attachments: [upload], via: { accountId: account } }),
  'message.send to': ({ account }) => ({ clientId: crypto.randomUUID(), text: 'x', to: { kind: 'email', address: 'bob@friend.example' }, via: { accountId: account } }),
  'message.send answer': ({ message }) => ({ clientId: crypto.randomUUID(), text: 'x', replyTo: message }),
  'outbox.resolve': ({ attempt }) => ({ attemptId: attempt, outcome: 'sent' }),
  'compose.resolve': ({ conversation, topic, message, upload, account }) => ({ conversationId: conversation, topicId: topic, replyTo: message, attachments: [upload], via: { accountId: account } }),
  'contact.get': ({ contact }) => ({ id: contact }),
  'contact.delete': ({ contact }) => ({ id: contact, forget: true }),
  'contact.exchanged': ({ contact }) => ({ id: contact, kind: 'files' }),
  'contact.export': ({ contact }) => ({ id: contact }),
  'contact.import': ({ upload }) => ({ blobId: upload }),
  'contact.link': ({ contact }) => ({ id: contact, kind: 'email', address: 'new@friend.example' }),
  'contact.merge': ({ contact, other }) => ({ ids: [contact, other] }),
  'contact.put': ({ contact }) => ({ id: contact, name: 'x' }),
  'contact.keepApart': ({ contact, other }) => ({ ids: [contact, other] }),
  'contact.unlink': ({ contact }) => ({ id: contact, kind: 'email', address: 'alice@friend.example' }),
  'contact.unmerge': ({ merge }) => ({ mergeId: merge }),
  'friend.path': ({ contact }) => ({ contactId: contact }),
  'friend.remove': ({ contact }) => ({ contactId: contact }),
  'contact.block': ({ contact }) => ({ id: contact, blocked: true }),
  'contact.why': ({ contact }) => ({ id: contact }),
  'message.unsubscribe': ({ message }) => ({ id: message }),
  'invitation.answer': ({ message }) => ({ messageId: message, answer: 'accepted' }),
  'rule.delete': ({ rule }) => ({ id: rule }),
  'rule.put': ({ rule }) => ({ id: rule, scope: 'address', value: 'dave@friend.example', action: 'other' }),
  'rule.simulate': ({ rule }) => ({ without: rule }),
  'screener.decide': ({ conversation }) => ({ ids: [conversation], decision: 'deny' }),
  'screener.undo': ({ screening }) => ({ id: screening }),
  'screener.undoAll': ({ screening }) => ({ ids: [screening] }),
  'friend.set': ({ contact }) => ({ contactId: contact, friend: false }),
  'account.put': ({ account }) => ({ id: account, name: 'x' }),
  'account.remove': ({ account }) => ({ id: account }),
  'account.resync': ({ account }) => ({ id: account }),
  'account.proof': ({ account }) => ({ id: account }),
  'account.settings': ({ account }) => ({ id: account }),
  'account.status': ({ account }) => ({ id: account }),
  'account.test': ({ account }) => ({ id: account }),
  'identity.delete': ({ identity }) => ({ id: identity }),
  'identity.put': ({ identity }) => ({ id: identity, name: 'x' }),
  'blob.url': ({ attachment }) => ({ id: attachment }),
  'blob.url upload': ({ upload }) => ({ id: upload }),
  'blob.url raw': ({ raw }) => ({ id: raw }),
  'blob.url html': ({ html }) => ({ id: html })
}

/** Ids in parameters that another user's may be put into, and why nothing is refused. */
const harmless: Record<string, string> = { 'sync.subscribe conversations[]': 'it only narrows the stream of the user\'s own log' }

type Schema = { type?: string, minLength?: number, maxLength?: number, pattern?: string, properties?: Record<string, Schema>, items?: Schema, required?: string[] }

/** The paths of all ids in a schema: `id`, `via.accountId`, `ids[]`. */
function idsIn(schema: Schema, path = ''): string[] {
  if (schema.type === 'string') return schema.minLength === 1 && schema.maxLength === 64 && schema.pattern === undefined ? [path] : []
  if (schema.items) return idsIn(schema.items, path + '[]')
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => idsIn(field, path ? `${path}.${name}` : name))
}

/** The same parameters with what stands at `path` replaced; undefined where nothing stands there. */
function replaced(params: object, path: string, swap: (id: string) => string): object | undefined {
  const copy = structuredClone(params) as Record<string, unknown>
  const [first = '', rest] = path.split('.') as [string, string?]
  const name = first.replace('[]', '')
  const value = copy[name]
  if (value === undefined) return undefined
  if (rest !== undefined) {
    const inner = replaced(value as object, rest, swap)
    return inner && { ...copy, [name]: inner }
  }
  return { ...copy, [name]: Array.isArray(value) ? [...value.slice(0, -1), swap(value.at(-1) as string)] : swap(value as string) }
}

async function populate(house: House, network: Network, name: string): Promise<User> {
  if (name !== 'ada') await house.addUser(name)
  const token = await house.token(name)
  const client = await house.client(name, { token })
  const own = `${name}@example.org`
  const account = await house.connectAccount(client, 'letters', { own, name: `of-${name}`, secret })
  const wire = network.wire(own)
  const letter = (address: string, text: string, more = {}) => ({
    sender: { kind: 'email', address, raw: address, name: `known to of-${name}` }, recipients: [{ kind: 'email', address: own, role: 'to' as const }], text: `${text} of-${name}`, subject: `subject of-${name}`, ...more
  })
  // The same people and the same Message-ID at both users: they must not meet.
  await wire.letters([letter('alice@friend.example', 'one', { messageId: 'same@friend.example', html: `<p>of-${name}</p>`, attachments: [{ name: `of-${name}.txt`, contentType: 'text/plain', text: `of-${name}` }] }), letter('bob@friend.example', 'two'), letter('carol@friend.example', 'three')])
  await client.until(() => client.events.filter(({ type }) => type === 'message.created').length === 3)
  const { items } = await client.call<{ items: { id: string, contactId: string, lastMessage: { id: string } }[] }>('conversation.list', { folder: 'other' })
  const [carol, bob, alice] = items as [typeof items[0], typeof items[0], typeof items[0]]
  const message = await client.call<{ id: string, topicId: string, attachments: { id: string }[], html: string }>('message.get', { id: alice.lastMessage.id })
  const { mergeId } = await client.call<{ mergeId: string }>('contact.merge', { ids: [bob.contactId, carol.contactId] })
  wire.answers = () => ({ code: 'cut', text: 'The line was cut.', retry: 'later', certain: false })
  const out = await client.call<{ id: string, attempts: { id: string }[] }>('message.send', { clientId: '01990000-0000-7000-8000-000000000000', conversationId: alice.id, text: `four of-${name}` })
  await client.until(() => client.events.some(({ id, data }) => id === out.id && data?.['status'] === 'uncertain'))
  const identity = await client.call<{ id: string }>('identity.put', { kind: 'email', address: `${name}@alias.example` })
  const upload = await client.call<{ id: string }>('blob.create', { name: `upload of-${name}`, contentType: 'text/plain', base64: '' })
  const { login } = await client.call<{ login: { id: string } }>('token.create', { name: `phone of-${name}` })
  const { blobId: raw } = await client.call<{ blobId: string }>('message.raw', { id: message.id })
  const rule = await client.call<{ id: string }>('rule.put', { scope: 'list', value: `of-${name}.example`, action: 'other' })
  const { decided: [screening] } = await client.call<{ decided: { id: string }[] }>('screener.decide', { ids: [bob.id], decision: 'deny' })
  return {
    name, client, token,
    ids: {
      account, conversation: alice.id, message: message.id, out: out.id, topic: message.topicId, contact: alice.contactId, other: bob.contactId, merge: mergeId, attempt: out.attempts[0]!.id, identity: identity.id, rule: rule.id, screening: screening!.id, upload: upload.id,
      attachment: message.attachments[0]!.id, raw, html: message.html, session: login.id
    }
  }
}

const state = async ({ client }: User) => ({
  snapshot: await client.call('sync.snapshot'), contacts: await client.call('contact.list'), identities: await client.call('identity.list'), outbox: await client.call('outbox.list'),
  logins: (await client.call<{ items: { id: string }[] }>('session.list')).items.map(({ id }) => id)
})

t.test('every id in every method: another user\'s is not found, like one that nobody has', async (t) => {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const ada = await populate(house, network, 'ada')
  const mallory = await populate(house, network, 'mallory')
  const before = [await state(ada), await state(mallory)]

  for (const { name, params } of methods) {
    for (const path of idsIn(params as Schema)) {
      const requests = Object.entries(asked).filter(([key]) => key.split(' ')[0] === name).map(([, of]) => of(mallory.ids))
      const nobodys = (id: string) => id[0] + '987654321'
      const adas = (id: string) => ada.ids[Object.entries(mallory.ids).find(([, one]) => one === id)![0] as keyof Ids]
      const tried = requests.flatMap((request) => {
        const [foreign, none] = [replaced(request, path, adas), replaced(request, path, nobodys)]
        return foreign && none ? [{ foreign, none }] : []
      })
      if (harmless[`${name} ${path}`] !== undefined) continue
      t.equal(tried.length > 0, true, `${name} ${path} is asked for`)
      for (const { foreign, none } of tried) {
        const [error, same] = [await failureOf(mallory.client.call(name, foreign)), await failureOf(mallory.client.call(name, none))]
        t.same([error.kind, error.message, error.detail], ['not_found', same.message, undefined], `${name} ${path}: ${JSON.stringify(foreign)}`)
      }
    }
  }
  t.same([await state(ada), await state(mallory)], before, 'nothing has changed, for nobody')
})

/** Whose a public id is, by its letter: the table in which it stands, and how its owner is found. */
const owners: Record<string, string> = {
  u: 'SELECT id AS owner FROM user WHERE id = ?', a: 'SELECT user_id AS owner FROM account WHERE id = ?', p: 'SELECT user_id AS owner FROM contact WHERE id = ?', c: 'SELECT user_id AS owner FROM conversation WHERE id = ?',
  t: 'SELECT user_id AS owner FROM topic WHERE id = ?', m: 'SELECT user_id AS owner FROM message WHERE id = ?', x: 'SELECT d.user_id AS owner FROM attempt x JOIN dispatch d ON d.id = x.dispatch_id WHERE x.id = ?',
  i: 'SELECT user_id AS owner FROM identity WHERE id = ?', s: 'SELECT user_id AS owner FROM login WHERE id = ?', g: 'SELECT user_id AS owner FROM merge WHERE id = ?', b: 'SELECT user_id AS owner FROM attachment WHERE id = ?',
  o: 'SELECT user_id AS owner FROM dispatch WHERE id = ?', k: 'SELECT user_id AS owner FROM rule WHERE id = ?', e: 'SELECT user_id AS owner FROM screening WHERE id = ?'
}

/** What else a letter stands for, where it is the id of a blob: the attachment, or the message. */
const blobs: Record<string, string> = { t: owners['b']!, r: owners['m']!, h: owners['m']!, p: owners['m']!, s: owners['m']! }

/** Every public id in what a user was given, and those that are not theirs. */
function idsOf(house: House, userId: number, given: unknown): { own: number, foreign: string[] } {
  const found = new Map<string, string>()
  const walk = (value: unknown, name: string): void => {
    if (typeof value === 'string' && /^[a-z][1-9][0-9]{0,14}$/.test(value)) found.set(value, name)
    else if (Array.isArray(value)) value.forEach((one) => walk(one, name))
    else if (typeof value === 'object' && value !== null) for (const [key, one] of Object.entries(value)) walk(one, key)
  }
  walk(given, '')
  const db = new Database(join(house.folder, 'kinbox.db'), { readonly: true })
  try {
    const isOf = (sql: string | undefined, id: string) => sql !== undefined && (db.prepare(sql).get(Number(id.slice(1))) as { owner: number } | undefined)?.owner === userId
    const foreign = [...found].filter(([id, name]) => !isOf(owners[id[0]!], id) && ((/Id$/.test(name) && name !== 'blobId') || !isOf(blobs[id[0]!], id))).map(([id]) => id)
    return { own: found.size - foreign.length, foreign }
  } finally {
    db.close()
  }
}

t.test('what a user is told, lists, hears and downloads is their own', async (t) => {
  const network = playNetwork(t)
  const house = await openHouse(t, { world: { connectors: network.connectors } })
  const ada = await populate(house, network, 'ada')
  const mallory = await populate(house, network, 'mallory')
  const heard = ada.client.seq()
  const told: unknown[] = []
  for (const { name, params } of methods) {
    if ((params as Schema).required?.length || /\.(put|ping|unsubscribe|discover|resolve|test|subscribe|simulate)$/.test(name)) continue
    told.push(await mallory.client.call(name))
  }
  t.equal(told.length >= 10, true, 'what needs no parameters')
  for (const [key, of] of Object.entries(asked)) if (/\.(get|list|members|status|raw|url)( |$)/.test(key)) told.push(await mallory.client.call(key.split(' ')[0]!, of(mallory.ids)))
  for (const folder of ['inbox', 'other']) told.push(await mallory.client.call('conversation.list', { folder }))
  await mallory.client.call('sync.subscribe', { conversations: [ada.ids.conversation], folders: ['inbox', 'other'] })
  await network.wire('ada@example.org').letters([{ sender: { kind: 'email', address: 'alice@friend.example', raw: 'alice@friend.example' }, text: 'five of-ada', references: ['same@friend.example'] }])
  await ada.client.until(() => ada.client.events.some(({ data }) => data?.['text'] === 'five of-ada'))
  await mallory.client.call('contact.put', { id: mallory.ids.contact, name: 'My Alice, of-mallory' })
  await mallory.client.call('friend.set', { contactId: mallory.ids.contact, friend: true })
  await mallory.client.until(() => mallory.client.events.some(({ data }) => data?.['friend'] === 'friend'))
  t.equal(JSON.stringify([told, mallory.client.events, mallory.client.signals, mallory.client.notices]).includes('of-ada'), false)
  t.equal(JSON.stringify([told, mallory.client.events]).includes('of-mallory'), true, 'but there is something to hear')
  t.equal(JSON.stringify(ada.client.events.filter(({ seq }) => seq > heard)).includes('of-mallory'), false)
  t.equal(ada.client.events.some(({ seq, type }) => seq > heard && type === 'contact.changed'), false, 'her Alice is another one')
  t.match(await ada.client.call('contact.get', { id: ada.ids.contact }), { name: /of-ada/, friend: 'none' })

  const resumed = await house.client('mallory', { token: mallory.token, resume: { logId: mallory.client.hello.logId, seq: 0 } })
  await resumed.until(() => resumed.notices.some(({ method }) => method === 'sync.caughtUp'))
  t.equal(JSON.stringify(resumed.events).includes('of-ada'), false, 'nor in the whole log')
  const number = Number(mallory.client.hello.userId.slice(1))
  const ids = idsOf(house, number, [told, resumed.events, mallory.client.events, mallory.client.signals, mallory.client.notices])
  t.same(ids.foreign, [], 'no id of somebody else\'s, nor of anything that there is not')
  t.equal(ids.own > 20, true, `${ids.own} ids`)
  t.equal(idsOf(house, number, ada.client.events).foreign.length > 10, true, 'and where there are such, they are found')

  const { path } = await ada.client.call<{ path: string }>('blob.url', { id: ada.ids.attachment })
  t.equal(await (await fetch(house.app.url + path)).text(), 'of-ada')
  const userId = (user: User) => user.client.hello.userId
  t.equal((await fetch(house.app.url + path.replace(`u=${userId(ada)}`, `u=${userId(mallory)}`))).status, 403, 'a link is signed for its user')
  const own = await mallory.client.call<{ path: string }>('blob.url', { id: mallory.ids.attachment })
  t.equal((await fetch(house.app.url + own.path.replace(mallory.ids.attachment, ada.ids.attachment))).status, 403, 'and for its blob')
  t.match(await mallory.client.call('message.send', { clientId: '01990000-0000-7000-8000-000000000001', conversationId: mallory.ids.conversation, text: 'x' }), { attempts: [{ accountId: mallory.ids.account }] })
  t.same(network.wire('ada@example.org').sent.map(({ text }) => text), [])
})
