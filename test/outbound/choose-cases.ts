/** Who is written to, by what, and what comes of it: the cases of choose.test.ts and of docs/choosing-a-channel.md. */
import type { Presence } from '../../src/model/presence.ts'
import type { AccountStatus, ChoiceAccount, ChoiceInput, PersonAddress, Spot } from '../../src/outbound/choose.ts'

const can = { attachments: true, groups: true, maxChars: null, maxAttachmentBytes: null, cost: 0, delay: 1000 }
const account = (id: number, channel: string, kind: string, status: AccountStatus = 'live', more: Partial<ChoiceAccount> = {}): ChoiceAccount => ({
  id, name: `${channel} ${id}`, channel, reaches: [kind], can, status, own: [{ kind, address: `own${id}` }], ...more
})
export const mail = (status?: AccountStatus, more?: Partial<ChoiceAccount>) => account(1, 'email', 'email', status, more)
const work = (status?: AccountStatus, more?: Partial<ChoiceAccount>) => account(2, 'email', 'email', status, more)
export const sms = (status?: AccountStatus, more?: Partial<ChoiceAccount>) => account(3, 'sms', 'phone', status, { can: { ...can, attachments: false, groups: false, maxChars: 100, cost: 8 }, ...more })
export const chat = (status?: AccountStatus, more?: Partial<ChoiceAccount>) => account(4, 'chat', 'chat-id', status, more)
/** A chat that tells who is there. */
const live = (status?: AccountStatus, more?: Partial<ChoiceAccount>) => account(5, 'chat', 'chat-id', status, { can: { ...can, presence: true, delay: 10 }, ...more })

const at = (kind: string, address: string, lastInAt: number | null = null, lastOutAt: number | null = null, verifiedAt: number | null = null): PersonAddress => ({ kind, address, lastInAt, lastOutAt, verifiedAt })
export const aliceMail = at('email', 'alice@friend.example', 100)
const aliceWork = at('email', 'alice@work.example', 50)
export const alicePhone = at('phone', '+15005550001', 200)
export const aliceChat = at('chat-id', 'alice@chat.example')
const now = 10_000_000
const is = (presence: Presence, address = aliceChat): PersonAddress => ({ ...address, presence })
const otherChat = at('chat-id', 'alice@other.example')
const bobChat = at('chat-id', 'bob@chat.example')
const bobMail = at('email', 'bob@friend.example', 10)
const bobPhone = at('phone', '+15005550002', 20)

export const byMail: Spot = { channel: 'email', accountId: 1, kind: 'email', address: 'alice@friend.example' }
const bySms: Spot = { channel: 'sms', accountId: 3, kind: 'phone', address: '+15005550001' }
const byChat: Spot = { channel: 'chat', accountId: 5, kind: 'chat-id', address: 'alice@chat.example' }
export const stop = { own: 'phone:own3', peer: 'phone:+15005550001', reason: 'they sent STOP' }
const photo = { name: 'photo.jpg', size: 5000 }

type Case = [what: string, input: Partial<ChoiceInput>, expected: string]
const all = { accounts: [mail(), sms(), live()], now }
export const both = { people: [[aliceMail, alicePhone]], accounts: [mail(), sms()] }

/** Each expects `account address,address rule`, or `error kind: words`. */
export const cases: Case[] = [
  ['one address, one account', { people: [[aliceMail]], accounts: [mail()] }, '1 alice@friend.example only-way'],
  ['the channel of the last message: mail', { ...both, lastIn: byMail }, '1 alice@friend.example last-channel'],
  ['the channel of the last message: sms', { ...both, lastIn: bySms }, '3 +15005550001 last-channel'],
  ['no last message: the address heard from last', both, '3 +15005550001 last-channel'],
  ['never heard of: what costs less', { people: [[at('email', 'a@friend.example'), at('phone', '+15005550009')]], accounts: [sms(), mail()] }, '1 a@friend.example cheapest'],
  ['same cost: what is quicker', { people: [[at('email', 'a@friend.example'), at('chat-id', 'c')]], accounts: [mail(), chat('live', { can: { ...can, delay: 10 } })] }, '4 c quickest'],
  ['all equal: the older account', { people: [[at('email', 'alice@friend.example')]], accounts: [work(), mail()] }, '1 alice@friend.example reaches'],
  ['asked for a channel', { ...both, lastIn: byMail, asked: { channel: 'sms' } }, '3 +15005550001 asked'],
  ['asked for an account', { people: [[aliceMail]], accounts: [mail(), work()], lastIn: byMail, asked: { accountId: 2 } }, '2 alice@friend.example asked'],
  ['asked for an address', { people: [[aliceMail, aliceWork]], accounts: [mail()], lastIn: byMail, asked: { address: 'alice@work.example' } }, '1 alice@work.example asked'],
  ['asked for account and address', { people: [[aliceMail, aliceWork]], accounts: [mail(), work()], asked: { accountId: 2, address: 'alice@work.example' } }, '2 alice@work.example asked'],
  ['asked for nothing in particular is not asked', { ...both, lastIn: byMail, asked: {} }, '1 alice@friend.example last-channel'],
  ['asked for an account that is not there', { ...both, asked: { accountId: 9 } }, 'error not_found: There is no such account'],
  ['asked for an address that is not theirs', { ...both, asked: { address: 'mallory@evil.test' } }, 'error not_supported_by_channel: mallory@evil.test is not an address of theirs. Link it to the contact, or send to it directly'],
  ['asked for a channel that nobody has', { ...both, asked: { channel: 'chat' } }, 'error not_supported_by_channel: No account of yours reaches them by chat'],
  ['asked for an account that does not reach them', { people: [[aliceMail]], accounts: [mail(), sms()], asked: { accountId: 3 } }, 'error not_supported_by_channel: sms 3 does not reach alice@friend.example (email)'],
  ['asked for a stopped account: refused, never replaced', { ...both, accounts: [mail('stopped'), sms()], asked: { channel: 'email' } }, 'error account_unavailable: email 1 is stopped; start it, or choose another way'],
  ['asked for an account that needs a login: it waits', { ...both, accounts: [mail('login-needed'), sms()], asked: { channel: 'email' } }, '1 alice@friend.example asked'],
  ['asked for sms with a text that is too long', { ...both, asked: { channel: 'sms' }, textLength: 101 }, 'error not_supported_by_channel: The text has 101 characters; sms 3 carries up to 100'],
  ['asked for sms with an attachment', { ...both, asked: { channel: 'sms' }, attachments: [photo] }, 'error not_supported_by_channel: sms 3 cannot carry attachments'],
  ['asked for sms after STOP', { ...both, asked: { channel: 'sms' }, unreachable: [stop] }, 'error not_supported_by_channel: They cannot be written to from own3: they sent STOP'],
  ['the message that is answered came by mail', { ...both, lastIn: bySms, replyTo: byMail }, '1 alice@friend.example asked'],
  ['what was asked for goes before what is answered', { ...both, replyTo: byMail, asked: { channel: 'sms' } }, '3 +15005550001 asked'],
  ['asked for a channel with several addresses: the last one heard from', { people: [[aliceWork, aliceMail]], accounts: [mail()], asked: { channel: 'email' } }, '1 alice@friend.example asked'],
  ['asked for a channel: the account of their last message', { people: [[aliceMail]], accounts: [mail(), work()], lastIn: { ...byMail, accountId: 2 }, asked: { channel: 'email' } }, '2 alice@friend.example asked'],
  ['last by mail, but the text goes only there anyway', { ...both, lastIn: bySms, textLength: 101 }, '1 alice@friend.example only-way'],
  ['last by sms, with an attachment: mail', { ...both, lastIn: bySms, attachments: [photo] }, '1 alice@friend.example only-way'],
  ['last by sms, then STOP: mail', { ...both, lastIn: bySms, unreachable: [stop] }, '1 alice@friend.example only-way'],
  ['STOP to another number does not matter', { ...both, lastIn: bySms, unreachable: [{ ...stop, peer: 'phone:+15005550002' }] }, '3 +15005550001 last-channel'],
  ['last account retrying: it waits there', { ...both, accounts: [mail('retrying'), sms()], lastIn: byMail }, '1 alice@friend.example last-channel'],
  ['last account connecting: it waits there', { ...both, accounts: [mail('connecting'), sms()], lastIn: byMail }, '1 alice@friend.example last-channel'],
  ['last account needs a login: the other way', { ...both, accounts: [mail('login-needed'), sms()], lastIn: byMail }, '3 +15005550001 only-way'],
  ['last account stopped: the other way', { ...both, accounts: [mail('stopped'), sms()], lastIn: byMail }, '3 +15005550001 only-way'],
  ['only an account that needs a login: it waits', { people: [[aliceMail]], accounts: [mail('login-needed')] }, '1 alice@friend.example only-way'],
  ['only a stopped account', { people: [[aliceMail]], accounts: [mail('stopped')] }, 'error account_unavailable: email 1 is stopped; start it, or choose another way'],
  ['a live account before one that is retrying', { people: [[alicePhone, bobMail]], accounts: [sms('retrying'), mail()] }, '1 bob@friend.example last-channel'],
  ['a retrying account before one that needs a login', { people: [[aliceMail]], accounts: [mail('login-needed'), work('retrying')] }, '2 alice@friend.example only-way'],
  ['last account gone: another of the same channel', { people: [[aliceMail, alicePhone]], accounts: [work(), sms()], lastIn: byMail }, '2 alice@friend.example last-channel'],
  ['last address gone: another by the same account', { people: [[aliceWork, alicePhone]], accounts: [mail(), sms()], lastIn: byMail }, '1 alice@work.example last-channel'],
  ['last channel gone: what reaches them', { people: [[aliceMail, aliceChat]], accounts: [mail()], lastIn: { channel: 'chat', accountId: 4, kind: 'chat-id', address: 'alice@chat.example' } }, '1 alice@friend.example only-way'],
  ['an attachment too large for one account', { people: [[aliceMail]], accounts: [mail('live', { can: { ...can, maxAttachmentBytes: 4999 } }), work()], attachments: [photo], lastIn: byMail }, '2 alice@friend.example last-channel'],
  ['an attachment too large for all', { people: [[aliceMail]], accounts: [mail('live', { can: { ...can, maxAttachmentBytes: 4999 } })], attachments: [photo] }, 'error not_supported_by_channel: "photo.jpg" has 5000 bytes; email 1 carries up to 4999'],
  ['a text of just the allowed length', { people: [[alicePhone]], accounts: [sms()], textLength: 100 }, '3 +15005550001 only-way'],
  ['nothing to send', { people: [[aliceMail]], accounts: [mail()], textLength: 0 }, 'error not_supported_by_channel: The message is empty'],
  ['an attachment without text', { people: [[aliceMail]], accounts: [mail()], textLength: 0, attachments: [photo] }, '1 alice@friend.example only-way'],
  ['no accounts at all', { people: [[aliceMail]], accounts: [] }, 'error account_unavailable: No account of yours reaches alice@friend.example (email). Connect one that does'],
  ['no account for that kind', { people: [[aliceMail]], accounts: [sms()] }, 'error account_unavailable: No account of yours reaches alice@friend.example (email). Connect one that does'],
  ['nobody to write to', { people: [], accounts: [mail()] }, 'error not_supported_by_channel: No address is known to write to. Add one to the contact, or send to an address'],
  ['a contact without addresses', { people: [[]], accounts: [mail()] }, 'error not_supported_by_channel: No address is known to write to. Add one to the contact, or send to an address'],
  ['an account without an address of its own', { people: [[aliceMail]], accounts: [mail('live', { own: [] })] }, 'error account_unavailable: email 1 has no address of its own to write from; add one in its settings'],
  ['a group: the newest address of each', { people: [[aliceWork, aliceMail], [bobMail]], accounts: [mail()] }, '1 alice@friend.example,bob@friend.example only-way'],
  ['a group whose last message came by sms', { people: [[aliceMail, alicePhone], [bobMail, bobPhone]], accounts: [mail(), sms()], lastIn: bySms }, '3 +15005550001,+15005550002 last-channel'],
  ['a group that only mail reaches as a whole', { people: [[aliceMail, alicePhone], [bobMail]], accounts: [mail(), sms()], lastIn: bySms }, '1 alice@friend.example,bob@friend.example only-way'],
  ['a group that nothing reaches as a whole', { people: [[alicePhone], [bobMail]], accounts: [mail(), sms()] }, 'error account_unavailable: No account of yours reaches all of them. Connect one that does'],
  ['a group with one who sent STOP', { people: [[alicePhone], [bobPhone]], accounts: [sms()], unreachable: [stop] }, 'error not_supported_by_channel: They cannot be written to from own3: they sent STOP'],
  // There, away, gone.
  ['online on chat: chat, although the last message was a mail', { ...all, people: [[aliceMail, alicePhone, is('online')]], lastIn: byMail }, '5 alice@chat.example present'],
  ['away: not before the channel of the last message', { ...all, people: [[aliceMail, alicePhone, is('away')]], lastIn: byMail }, '1 alice@friend.example last-channel'],
  ['away, and the last message came by chat: chat', { ...all, people: [[aliceMail, alicePhone, is('away')]], lastIn: byChat }, '5 alice@chat.example last-channel'],
  ['gone, and the last message came by chat: what they were heard from by before', { ...all, people: [[aliceMail, alicePhone, is('offline')]], lastIn: byChat }, '3 +15005550001 last-channel'],
  ['gone, never heard from otherwise: what costs nothing', { ...all, people: [[at('email', 'a@friend.example'), at('phone', '+15005550009'), is('offline')]], lastIn: byChat }, '1 a@friend.example cheapest'],
  ['gone, and chat is all there is: chat', { people: [[is('offline')]], accounts: [live()], lastIn: byChat }, '5 alice@chat.example last-channel'],
  ['gone, chat is all there is, and they never wrote: chat', { people: [[is('offline')]], accounts: [live()] }, '5 alice@chat.example only-way'],
  ['gone, and only mail besides: mail', { people: [[aliceMail, is('offline')]], accounts: [mail(), live()], lastIn: byChat }, '1 alice@friend.example only-way'],
  ['nothing known of their presence, and silent for long: as gone', { ...all, people: [[aliceMail, alicePhone, { ...aliceChat, lastInAt: now - 600_001 }]], lastIn: byChat }, '3 +15005550001 last-channel'],
  ['nothing known of their presence, but wrote a moment ago: there', { ...all, people: [[aliceMail, alicePhone, { ...aliceChat, lastInAt: now - 600_000 }]], lastIn: byChat }, '5 alice@chat.example last-channel'],
  ['wrote a moment ago, then left: gone', { ...all, people: [[aliceMail, { ...is('offline'), lastInAt: now - 1000 }]], lastIn: byChat }, '1 alice@friend.example only-way'],
  ['asked for chat while they are gone: chat', { ...all, people: [[aliceMail, is('offline')]], asked: { channel: 'chat' } }, '5 alice@chat.example asked'],
  ['asked for mail while they are online: mail', { ...all, people: [[aliceMail, is('online')]], asked: { channel: 'email' } }, '1 alice@friend.example asked'],
  ['answers a mail while they are online: mail', { ...all, people: [[aliceMail, is('online')]], replyTo: byMail }, '1 alice@friend.example asked'],
  ['answers a chat message while they are gone: chat', { ...all, people: [[aliceMail, is('offline')]], replyTo: byChat }, '5 alice@chat.example asked'],
  ['online, but the chat account is not connected: as not known', { ...all, accounts: [mail(), live('retrying')], people: [[aliceMail, is('online')]], lastIn: byMail }, '1 alice@friend.example last-channel'],
  ['online, but chat cannot carry the photo: mail', { people: [[aliceMail, is('online')]], accounts: [mail(), live('live', { can: { ...can, presence: true, attachments: false } })], attachments: [photo] }, '1 alice@friend.example only-way'],
  ['online at two addresses: the one they wrote from', { people: [[is('online'), is('online', otherChat)]], accounts: [live()], lastIn: { ...byChat, address: otherChat.address } }, '5 alice@other.example present'],
  ['online at one of two addresses: that one', { people: [[is('offline', { ...aliceChat, lastInAt: 9 }), is('online', otherChat)]], accounts: [live()], lastIn: byChat }, '5 alice@other.example present'],
  ['a chat that tells no presence reaches people anyway', { people: [[aliceMail, aliceChat]], accounts: [mail(), chat()], lastIn: { ...byChat, accountId: 4 } }, '4 alice@chat.example last-channel'],
  ['a group, all of them online', { people: [[aliceMail, is('online')], [bobMail, is('online', bobChat)]], accounts: [mail(), live()], lastIn: byMail }, '5 alice@chat.example,bob@chat.example present'],
  ['a group, one of them gone', { people: [[aliceMail, is('online')], [bobMail, is('offline', bobChat)]], accounts: [mail(), live()], lastIn: byChat }, '1 alice@friend.example,bob@friend.example only-way'],
  // Chosen once and for all.
  ['a choice for this contact', { ...both, lastIn: byMail, sticky: { channel: 'sms' } }, '3 +15005550001 sticky'],
  ['a choice for this contact, while they are online elsewhere', { ...all, people: [[aliceMail, alicePhone, is('online')]], sticky: { channel: 'email' } }, '1 alice@friend.example sticky'],
  ['a choice of chat, while they are gone', { ...all, people: [[aliceMail, is('offline')]], sticky: { channel: 'chat' } }, '5 alice@chat.example sticky'],
  ['a choice of an address', { people: [[aliceMail, aliceWork]], accounts: [mail()], lastIn: byMail, sticky: { address: 'alice@work.example' } }, '1 alice@work.example sticky'],
  ['what is asked for goes before what was chosen', { ...both, sticky: { channel: 'sms' }, asked: { channel: 'email' } }, '1 alice@friend.example asked'],
  ['what is answered goes before what was chosen', { ...both, sticky: { channel: 'sms' }, replyTo: byMail }, '1 alice@friend.example asked'],
  ['a choice that cannot carry the photo: the other way', { ...both, sticky: { channel: 'sms' }, attachments: [photo] }, '1 alice@friend.example only-way'],
  ['a choice that nothing reaches any more', { ...both, lastIn: bySms, sticky: { channel: 'chat' } }, '3 +15005550001 last-channel'],
  ['a choice whose account needs a login: the other way', { ...both, accounts: [mail('login-needed'), sms()], sticky: { channel: 'email' } }, '3 +15005550001 only-way'],
  // Cost, delay, length, subject.
  ['a long text in several paid pieces: the account that cuts less', { people: [[at('phone', '+15005550009')]], accounts: [sms('live', { parts: 3 }), sms('live', { id: 6, parts: 1 })] }, '6 +15005550009 cheapest'],
  ['several paid pieces do not turn away from the channel of the last message', { ...both, accounts: [mail(), sms('live', { parts: 3 })], lastIn: bySms }, '3 +15005550001 last-channel'],
  ['same cost, two that are quick: the older one', { people: [[at('email', 'a@friend.example'), at('chat-id', 'c')]], accounts: [mail(), chat('live', { can: { ...can, delay: 10 } }), chat('live', { id: 7, can: { ...can, delay: 10 } })] }, '4 c quickest'],
  ['cheap but not connected, dear but connected: what is connected', { people: [[at('email', 'a@friend.example'), at('phone', '+15005550009')]], accounts: [mail('retrying'), sms()] }, '3 +15005550009 reaches'],
  ['a subject: the channel that carries one', { ...both, accounts: [mail('live', { can: { ...can, subject: true } }), sms()], lastIn: bySms, subject: true }, '1 alice@friend.example only-way'],
  ['a subject, and they are online: the channel that carries one', { people: [[aliceMail, is('online')]], accounts: [mail('live', { can: { ...can, subject: true } }), live()], subject: true }, '1 alice@friend.example only-way'],
  ['a subject, and nothing carries one: as without', { ...both, lastIn: bySms, subject: true }, '3 +15005550001 last-channel'],
  ['a subject, but asked for sms: sms', { ...both, accounts: [mail('live', { can: { ...can, subject: true } }), sms()], subject: true, asked: { channel: 'sms' } }, '3 +15005550001 asked']
]

export const input = (some: Partial<ChoiceInput>): ChoiceInput => ({ people: [], accounts: [], textLength: 5, attachments: [], unreachable: [], ...some })
