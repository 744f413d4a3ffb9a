import type { Client } from './connection.ts'
import { KinboxError } from './error.ts'
import { contactSource, conversationSource, messageSource } from './lists.ts'
import type { ConversationQuery, MessageQuery, MessageSource } from './lists.ts'
import { live } from './live.ts'
import type { Live } from './live.ts'
import { openSignals } from './now.ts'
import type { Signals } from './now.ts'
import { openObjects } from './object.ts'
import { openOverlays } from './overlay.ts'
import type { Overlay, Overlays } from './overlay.ts'
import { inConversation, inMessage, outdated, renamed } from './parties.ts'
import type { Shows, Told } from './parties.ts'
import { pendingMessage } from './pending.ts'
import type { Local } from './pending.ts'
import type { Event, Params } from './protocol.ts'
import { byId } from './sorted.ts'
import type { Item } from './sorted.ts'
import type { Account, Contact, Conversation, Counts, Id, Message, Settings } from './types.ts'
import { uuidv7 } from './uuid.ts'
import { openWindow } from './window.ts'
import type { Kept, Source, Window } from './window.ts'

/** What a user sees of their inbox, kept true by events. What is written shows at once, and is taken back where the server refuses it. */
export type Inbox = {
  /** Unread messages by folder; null until known. */
  counts: Live<Counts | null>
  accounts: Live<readonly Account[] | null>
  settings: Live<Settings | null>
  /** Newest first. Close it when it is no longer shown. */
  conversations(query: ConversationQuery): Window<Conversation>
  /** Newest first. Messages that wait for the server's word are `pending`, with an id of their own until then. */
  messages(query: MessageQuery): Window<Local>
  contacts(): Window<Contact>
  /** Kept true while subscribed to; fetched when the first subscriber comes. After a merge it says `redirectTo`. */
  conversation(id: Id): Live<Conversation | null>
  contact(id: Id): Live<Contact | null>
  signals: Signals
  /** Resolves with the message as accepted. Rejects with KinboxError, and it is no longer shown. */
  send(request: Params<'message.send'>): Promise<Message>
  markRead(conversationId: Id, upTo: Id): Promise<void>
  markUnread(conversationId: Id, from: Id): Promise<void>
  archive(conversationId: Id, archived?: boolean): Promise<Conversation>
  /** Pins, mutes, labels, names; what conversation.update takes. */
  update(params: Params<'conversation.update'>): Promise<Conversation>
  route(conversationId: Id, folder: 'inbox' | 'other'): Promise<Conversation>
  setFriend(contactId: Id, friend: boolean): Promise<Contact>
  block(contactId: Id, blocked: boolean): Promise<Contact>
  saveContact(params: Params<'contact.put'>): Promise<Contact>
  saveSettings(params: Params<'settings.set'>): Promise<Settings>
  /** Shows `patch` over the objects of a kind until `call` has answered; what it answers is shown from then on. Throws what it throws, with the patch taken back. */
  apply<K extends Kind, R>(kind: K, overlay: Overlay<Kinds[K]>, call: () => Promise<R>): Promise<R>
  /** Hears no more events. The client stays open. */
  close(): void
}

export type Kinds = { conversation: Conversation, message: Local, contact: Contact, account: Account, settings: Settings & { id: Id } }
export type Kind = keyof Kinds

/** Keeps what the user looks at; it holds nothing that is not shown or subscribed to. `pageSize`: so many objects a window gets at once, up to 200. */
export function openStore(client: Client, { pageSize = 50 }: { pageSize?: number } = {}): Inbox {
  const counts = live<Counts | null>(null)
  const settings = live<Settings | null>(null)
  const accounts = live<readonly Account[] | null>(null)
  const overlays: { [K in Kind]: Overlays<Kinds[K]> } = { conversation: openOverlays(), message: openOverlays(), contact: openOverlays(), account: openOverlays(), settings: openOverlays() }
  const windows = { conversation: new Set<Kept<Conversation>>(), message: new Set<Kept<Local> & { of?: MessageSource['of'] }>(), contact: new Set<Kept<Contact>>(), account: new Set<Kept<Account>>() }
  let settled: (Settings & { id: Id }) | null = null
  let lateCounts: { seq: number, counts: Counts } | null = null

  function open<T extends Item>(all: Set<Kept<T>>, source: Source<T>, over: Overlays<T>): Kept<T> {
    const one: Kept<T> = openWindow(source, over, pageSize, () => all.delete(one))
    all.add(one)
    return one
  }
  const peek = <T extends Item>(all: Set<Kept<T>>) => (id: Id) => {
    for (const { value } of all) {
      const found = value.items.find(item => item.id === id)
      if (found) return found
    }
  }
  const conversations = openObjects<Conversation>(id => client.call('conversation.get', { id }), peek(windows.conversation), overlays.conversation)
  const contacts = openObjects<Contact>(id => client.call('contact.get', { id }), peek(windows.contact), overlays.contact)

  /** The snapshot is of one moment: its counts and accounts go on from there. */
  const snapshot = async () => {
    lateCounts = null
    const { asOf, counts: now, accounts: items } = await client.call('sync.snapshot', {})
    const late = lateCounts as { seq: number, counts: Counts } | null
    counts.set(late && late.seq > asOf ? late.counts : now)
    return { items, asOf, after: null }
  }
  const accountWindow = open(windows.account, { first: snapshot, next: snapshot, order: byId, belongs: () => true }, overlays.account)
  accountWindow.subscribe(({ items, state }) => state === 'ready' && accounts.set(items))

  const showSettings = () => settings.set(settled && overlays.settings.over(settled))
  overlays.settings.onChange(showSettings)
  const takeSettings = (now: Settings, force = false) => {
    if (!force && settled && now.rev < settled.rev) return
    settled = { ...now, id: 'settings' }
    showSettings()
  }
  const askSettings = (force: boolean) => client.call('settings.get', {}).then(now => takeSettings(now, force), (error: unknown) => {
    if (!(error instanceof KinboxError)) throw error
  })
  void askSettings(false)

  /** Shows what is known of a contact; fetches anew what only the server knows, once for each window. */
  const people = <T extends Item>(all: Set<Kept<T>>, shows: Shows<T>, told: Told, seq: number) => {
    for (const one of all) {
      let asked = false
      one.amend(item => {
        if (!asked && outdated(shows, item, told)) {
          asked = true
          void one.refresh()
        }
        return renamed(shows, item, told)
      }, seq)
    }
  }
  /** What messages show of others changes with those. */
  const about = (event: Event) => {
    if (event.type === 'contact.changed' || event.type === 'contact.removed') {
      const told = { id: event.id, contact: event.data ?? null }
      people(windows.message, inMessage<Local>(), told, event.seq)
      people(windows.conversation, inConversation, told, event.seq)
      conversations.refresh(item => outdated(inConversation, item, told) || renamed(inConversation, item, told) !== item)
    }
    if (event.type !== 'conversation.changed') return
    const { data } = event
    for (const one of windows.message) {
      if (!one.of?.(event.id)) continue
      if (event.reset || event.history) void one.refresh()
      else if (data) one.amend(message => message.folder === data.folder ? message : { ...message, folder: data.folder }, event.seq)
    }
  }
  const heard = (event: Event) => {
    const { type, id, seq } = event
    if (type === 'counts.changed' && event.data) {
      lateCounts = { seq, counts: event.data }
      counts.set(event.data)
    } else if (type === 'settings.changed' && event.data) takeSettings(event.data)
    else if (type.startsWith('message.')) for (const one of windows.message) one.take(id, event.data as Message | undefined ?? null, seq)
    else if (type.startsWith('account.')) accountWindow.take(id, event.data as Account | undefined ?? null, seq)
    else if (type.startsWith('conversation.')) {
      for (const one of windows.conversation) one.take(id, event.data as Conversation | undefined ?? null, seq)
      conversations.take(id, event.data as Conversation | undefined ?? null)
    } else if (type.startsWith('contact.')) {
      for (const one of windows.contact) one.take(id, event.data as Contact | undefined ?? null, seq)
      contacts.take(id, event.data as Contact | undefined ?? null)
    }
    about(event)
  }
  const reset = () => {
    for (const all of Object.values(windows)) for (const one of all) void one.refresh()
    conversations.refresh()
    contacts.refresh()
    void askSettings(true)
  }
  /** What failed while nobody was signed in. */
  const back = () => {
    for (const all of Object.values(windows)) for (const one of all) if (one.value.state === 'error') void one.refresh()
    if (!settled) void askSettings(false)
  }
  const ends = [client.onEvent(heard), client.onReset(reset), client.status.subscribe(status => status === 'live' && back())]
  const signals = openSignals(client)

  const fed = (kind: Kind, answer: unknown) => {
    const item = answer as { id?: Id, rev?: number } | null
    if (kind === 'settings') return takeSettings(answer as Settings)
    if (typeof item?.id !== 'string' || typeof item.rev !== 'number') return
    if (kind === 'conversation') {
      for (const one of windows.conversation) one.feed(answer as Conversation)
      conversations.take(item.id, answer as Conversation)
    } else if (kind === 'contact') {
      for (const one of windows.contact) one.feed(answer as Contact)
      contacts.take(item.id, answer as Contact)
    } else if (kind === 'message') for (const one of windows.message) one.feed(answer as Message)
  }
  async function apply<K extends Kind, R>(kind: K, overlay: Overlay<Kinds[K]>, call: () => Promise<R>): Promise<R> {
    const end = (overlays[kind] as Overlays<Kinds[K]>).add(overlay)
    try {
      const answer = await call()
      fed(kind, answer)
      return answer
    } finally {
      end()
    }
  }
  const patched = <T extends Item>(id: Id, found: T | undefined, patch: (item: T) => T): Overlay<T> => ({ patch: item => item.id === id ? patch(item) : item, ...(found ? { extra: found } : {}) })
  const overConversation = <R>(id: Id, patch: Partial<Conversation>, call: () => Promise<R>) => apply('conversation', patched<Conversation>(id, peek(windows.conversation)(id), one => ({ ...one, ...patch })), call)
  /** Resolves when the events up to now have come: what was done before has been told. */
  const told = async (): Promise<void> => {
    const { asOf } = await client.call('contact.list', { limit: 1 })
    await new Promise<void>(resolve => {
      const check = () => {
        if ((client.position.value?.seq ?? 0) < asOf && client.status.value !== 'signed-out') return
        for (const end of watching) end()
        resolve()
      }
      const watching = [client.position.subscribe(check), client.status.subscribe(check), client.onReset(resolve)]
      check()
    })
  }

  return {
    counts, accounts, settings, signals, apply,
    conversations: query => open(windows.conversation, conversationSource(client, query), overlays.conversation),
    messages: query => {
      const source = messageSource(client, query)
      return Object.assign(open(windows.message, source, overlays.message), { of: source.of })
    },
    contacts: () => open(windows.contact, contactSource(client), overlays.contact),
    conversation: conversations.live,
    contact: contacts.live,
    async send(request) {
      const clientId = request.clientId ?? uuidv7()
      const { conversationId } = request
      const newest = [...windows.message].map(one => conversationId !== undefined && one.of?.(conversationId) && one.value.items[0]?.sortAt || '').sort().at(-1)
      const extra = pendingMessage({ ...request, clientId }, peek(windows.conversation)(conversationId ?? ''), newest)
      const end = extra ? overlays.message.add({ extra }) : () => {}
      // Its event may come before the answer: it is not to be seen twice.
      const deaf = client.onEvent(({ type, data }) => {
        if (type === 'message.created' && data?.clientId === clientId) end()
      })
      try {
        const answer = await client.call('message.send', { ...request, clientId })
        fed('message', answer)
        return answer
      } finally {
        deaf()
        end()
      }
    },
    markRead: (id, upTo) => {
      const found = peek(windows.message)(upTo)
      const newest = peek(windows.conversation)(id)?.lastMessage?.id === upTo
      const message = { patch: (one: Local) => found && one.conversationId === id && !one.seen && one.direction === 'in' && one.sortAt <= found.sortAt ? { ...one, seen: true } : one }
      const call = async () => {
        await client.call('conversation.markRead', { id, upTo })
        await told()
      }
      return apply('message', message, () => newest ? overConversation(id, { unread: 0 }, call) : call())
    },
    markUnread: async (id, from) => void await client.call('conversation.markUnread', { id, from }),
    archive: (id, archived = true) => overConversation(id, { archivedAt: archived ? new Date().toISOString() : null }, () => client.call('conversation.update', { id, archived })),
    update: params => {
      const { id, archived, name, ifRev: _ifRev, ...rest } = params
      const patch = { ...rest, ...(name === undefined ? {} : { title: name }), ...(archived === undefined ? {} : { archivedAt: archived ? new Date().toISOString() : null }) }
      return overConversation(id, Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)), () => client.call('conversation.update', params))
    },
    route: (id, folder) => overConversation(id, { folder }, () => client.call('conversation.route', { id, folder })),
    setFriend: (id, friend) => apply('contact', patched<Contact>(id, undefined, one => ({ ...one, friend: friend ? 'friend' : 'none' })), () => client.call('friend.set', { contactId: id, friend })),
    block: (id, blocked) => apply('contact', patched<Contact>(id, undefined, one => ({ ...one, blocked })), () => client.call('contact.block', { id, blocked })),
    saveContact: params => {
      const { id, name } = params
      const call = () => client.call('contact.put', params)
      return id === undefined || name === undefined ? apply('contact', {}, call) : apply('contact', patched<Contact>(id, undefined, one => ({ ...one, name })), call)
    },
    saveSettings: params => {
      const { ifRev: _ifRev, ...patch } = params
      return apply('settings', { patch: one => ({ ...one, ...Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) }) }, () => client.call('settings.set', params))
    },
    close() {
      for (const end of ends) end()
      signals.close()
      for (const all of Object.values(windows)) for (const one of [...all]) one.close()
    }
  }
}
