import t from 'tap'
import type { Test } from 'tap'
import { openStore } from '#client'
import type { Conversation, Message, Window } from '#client'
import { from, openStage } from '../api/methods/stage.ts'
import type { Page, Stage } from '../api/methods/stage.ts'
import { openLine, reaches, ready } from './desk.ts'
import type { Line } from './desk.ts'

const people = ['Alice <alice@friend.example>', 'Bob <bob@friend.example>', 'Carol <carol@example.org>', 'dave@example.org', 'Mallory <mallory@evil.test>', 'Erin <erin@example.org>']
const numbers = ['+4915112345678', '+15005550009']

/** mulberry32: the same numbers from the same seed. */
function dice(seed: number) {
  const random = () => {
    seed = seed + 0x6d2b79f5 | 0
    let mixed = Math.imul(seed ^ seed >>> 15, 1 | seed)
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed
    return ((mixed ^ mixed >>> 14) >>> 0) / 4294967296
  }
  const below = (n: number) => Math.floor(random() * n)
  return { below, one: <T>(all: readonly T[]): T | undefined => all[below(all.length)] }
}

async function whole<T>(stage: Stage, method: string, params: object): Promise<T[]> {
  const all: T[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Page<T> = await stage.call<Page<T>>(method, { ...params, limit: 200, ...(cursor ? { cursor } : {}) })
    all.push(...page.items)
    cursor = page.nextCursor
  }
  return all
}

const seeds = (process.env['KINBOX_SEEDS'] ?? '1 2 3').split(' ').map(Number)

for (const seed of seeds) {
  t.test(`windows are what a fresh fetch gives, whatever happens and however often the line is cut: seed ${seed}`, async t => {
    const { below, one } = dice(seed)
    const stage = await openStage(t)
    const line = await openLine(t, stage.house)
    const inbox = openStore(line.client, { pageSize: 3 })
    t.teardown(() => inbox.close())
    const lists = (['inbox', 'other'] as const).flatMap(folder => [false, true].map(archived => ({ folder, archived, window: inbox.conversations({ folder, archived }) })))
    const contacts = inbox.contacts()
    const messages = new Map<string, { params: { conversationId: string, topicId?: string }, window: Window<Message> }>()
    const merges: string[] = []
    const failures: unknown[] = []
    const everyone = () => contacts.value.items
    const someConversation = async (): Promise<Conversation | undefined> => one([...(await stage.list('inbox')).items, ...(await stage.list('other')).items])
    const newestOf = async ({ id }: Conversation) => (await stage.call<Page<Message>>('message.list', { conversationId: id, limit: 5 })).items
    /** By the client under test, or by another one. */
    const asked = (mine: () => Promise<unknown>, others: () => Promise<unknown>) => (below(2) ? mine() : others()).catch((error: unknown) => failures.push(error))

    const acts: (() => Promise<unknown>)[] = [
      () => stage.mail.letters([{ sender: { kind: 'email', address: /<?([^<>]+)>?$/.exec(one(people)!)![1]!, raw: 'x' }, recipients: [{ kind: 'email', address: 'ada@example.org', role: 'to' }], text: 'A mail', subject: `About ${below(3)}` }]),
      () => stage.sms.letters([{ sender: { kind: 'phone', address: one(numbers)!, raw: 'x' }, recipients: [{ kind: 'phone', address: '+15005550006', role: 'to' }], text: 'A text' }]),
      () => stage.mail.letters(Array.from({ length: 1 + below(6) }, (_, n) => ({ sender: { kind: 'email', address: 'alice@friend.example', raw: 'x' }, recipients: [{ kind: 'email', address: 'ada@example.org', role: 'to' as const }], text: `Long ago ${n}` })), { lane: 'history', at: 1_600_000_000_000 + below(1e9), seen: below(2) === 1 }),
      // What machines and lists send lies in conversations of their own, which show their people all the same.
      () => stage.mail.letters([{
        sender: from(one(people)!), recipients: [{ kind: 'email', address: 'ada@example.org', role: 'to' }, { kind: 'email', address: from(one(people)!).address!, role: 'cc' }], text: 'To all', proof: { level: 'verified', evidence: [] },
        ...(below(2) ? { automatic: 'notification' as const } : { automatic: 'list' as const, list: { id: 'club.example.org', name: 'Club' } })
      }]),
      async () => {
        const found = one(everyone())
        const { kind, address } = from(one(people)!)
        if (found) await stage.call(below(3) ? 'contact.link' : 'contact.unlink', { id: found.id, kind, address }).catch(() => undefined)
      },
      async () => {
        const { kind, address } = from(one(people)!)
        if (below(2)) await stage.call('contact.put', { name: `Name ${below(50)}`, addresses: [{ kind, address }] }).catch((error: unknown) => failures.push(error))
      },
      async () => {
        const found = one(everyone())
        if (found && below(3) === 0) await stage.call('contact.delete', { id: found.id }).catch(() => undefined)
      },
      async () => {
        const found = await someConversation()
        if (found) await asked(() => inbox.archive(found.id, below(2) === 1), () => stage.call('conversation.update', { id: found.id, archived: below(2) === 1 }))
      },
      async () => {
        const found = await someConversation()
        const folder = one(['inbox', 'other'] as const)!
        if (found) await asked(() => inbox.route(found.id, folder), () => stage.call('conversation.route', { id: found.id, folder }))
      },
      async () => {
        const found = await someConversation()
        const upTo = found && one(await newestOf(found))
        if (found && upTo) await asked(() => inbox.markRead(found.id, upTo.id), () => stage.call('conversation.markUnread', { id: found.id, from: upTo.id }))
      },
      async () => {
        const found = await someConversation()
        const request = { conversationId: found?.id ?? '', text: `An answer ${below(100)}` }
        if (found) await asked(() => inbox.send(request), () => stage.call('message.send', { ...request, clientId: crypto.randomUUID() }))
      },
      async () => {
        const found = one(everyone())
        if (found) await asked(() => inbox.setFriend(found.id, below(2) === 1), () => stage.call('friend.set', { contactId: found.id, friend: below(2) === 1 }))
      },
      async () => {
        const found = one(everyone())
        const name = `Name ${below(50)}`
        if (found) await asked(() => inbox.saveContact({ id: found.id, name }), () => stage.call('contact.put', { id: found.id, name }))
      },
      async () => {
        const [a, b] = [one(everyone()), one(everyone())]
        if (a && b && a !== b) await stage.call<{ mergeId: string }>('contact.merge', { ids: [a.id, b.id] }).then(({ mergeId }) => merges.push(mergeId), () => undefined)
      },
      async () => {
        const mergeId = merges.pop()
        if (mergeId) await stage.call('contact.unmerge', { mergeId }).catch(() => undefined)
      },
      async () => {
        const found = await someConversation()
        if (!found || messages.size > 5) return
        const topicId = below(3) === 0 ? (await newestOf(found))[0]?.topicId : undefined
        const params = { conversationId: found.id, ...(topicId ? { topicId } : {}) }
        messages.set(JSON.stringify(params), { params, window: inbox.messages(params) })
      },
      async () => void await one([contacts, ...lists.map(({ window }) => window), ...[...messages.values()].map(({ window }) => window)])!.loadMore()
    ]

    for (let round = 0; round < 6; round++) {
      for (let n = 0; n < 12; n++) {
        const act = one(acts)!()
        // At the beginning of each round it lives, and there is something to cut.
        if (n === 0 || below(4) === 0) line.cut()
        if (below(3) > 0) await act
        else failures.push(await Promise.race([act.then(() => undefined), new Promise(resolve => setImmediate(resolve))]))
      }
      await quiet(stage, line)
      await check(t, stage, `round ${round}`)
    }
    t.ok(line.opened > 5, `it was cut off often: ${line.opened}`)
    const words = failures.filter(Boolean).map(error => `${(error as { kind?: string }).kind}`)
    t.same(words.filter(kind => !['not_found', 'conflict', 'account_unavailable', 'not_supported_by_channel'].includes(kind)), [], 'nothing failed but for what the server says')

    async function check(t: Test, stage: Stage, when: string) {
      for (const { folder, archived, window } of lists) await same(t, window, await whole<Conversation>(stage, 'conversation.list', { folder, archived }), `${folder}${archived ? ', archived' : ''}, ${when}`)
      await same(t, contacts, await whole(stage, 'contact.list', {}), `contacts, ${when}`)
      for (const [key, { params, window }] of messages) {
        const { redirectTo } = await stage.call<Conversation>('conversation.get', { id: params.conversationId }).catch(() => ({ redirectTo: 'gone' }))
        if (redirectTo !== undefined) {
          window.close()
          messages.delete(key)
        } else await same(t, window, await whole<Message>(stage, 'message.list', params), `messages ${key}, ${when}`)
      }
      const { counts, accounts } = await stage.call<{ counts: object, accounts: object[] }>('sync.snapshot')
      t.same(inbox.counts.value, counts, `counts, ${when}`)
      t.same(inbox.accounts.value, accounts, `accounts, ${when}`)
    }
  })
}

/** A window shows a beginning of the list, and at its end the whole. */
async function same<T extends { id: string }>(t: Test, window: Window<T>, all: T[], what: string): Promise<void> {
  await ready(window)
  const { items, more } = window.value
  t.same(items.map(({ id }) => id), all.slice(0, items.length).map(({ id }) => id), what)
  t.same(items, all.slice(0, items.length), what)
  t.equal(more || items.length === all.length, true, `${what}: as many as there are, unless it says there are more`)
}

/** Nothing is under way, and the client has heard all of it. */
async function quiet(stage: Stage, { client }: Line): Promise<void> {
  for (let before = -1; ;) {
    const open = await stage.call<{ items: Message[] }>('outbox.list', {})
    const { asOf } = await stage.call<Page<object>>('contact.list', { limit: 1 })
    await reaches(client.position, position => position !== null && position.seq >= asOf)
    if (asOf === before && open.items.every(({ status }) => status !== 'queued' && status !== 'sending')) break
    before = asOf
  }
  await client.call('session.ping', {})
}
