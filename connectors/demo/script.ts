/** Who lives in the demo network and what they say. Nobody in it is real. */
export type Way = 'email' | 'phone' | 'chat'
export type Person = { name: string, email?: string, phone?: string, chat?: string, /** In the user's address book. */ friend: boolean, answers: string[] }
/** `hours` before the start, for history. `own`: the user wrote it, to `who`. `cc`: others who get it too. */
export type Line = { who: string, way: Way, text: string, subject?: string, own?: true, cc?: string[], list?: { id: string, name: string }, hours?: number }

export const people: Record<string, Person> = {
  alice: { name: 'Alice', email: 'alice@friend.example', phone: '+4915112345678', chat: 'alice@chat.example', friend: true, answers: ['Oh nice!', 'Wait, really? Tell me everything.', 'Yes! Count me in.', 'Ha, I was just about to write you the same.', 'Let me look at my calendar. Thursday?'] },
  bob: { name: 'Bob', email: 'bob@friend.example', phone: '+4915112345679', friend: true, answers: ['OK', 'Will do.', 'Thanks. I will bring the rope.', 'Can we talk tomorrow? I am on the train.'] },
  carol: { name: 'Carol', email: 'carol@friend.example', chat: 'carol@chat.example', friend: true, answers: ['Thank you, that helps a lot.', 'I am not sure yet. What does Bob say?', 'Perfect.', 'Let us decide on Sunday.'] },
  dave: { name: 'Dave', email: 'dave@work.example', phone: '+15005550100', friend: false, answers: ['Thanks for the quick answer!', 'Good to know. I will ask Carol too.'] },
  mallory: { name: 'Alice', email: 'alice@friend.example.evil.test', friend: false, answers: ['Please hurry, it is urgent.'] },
  parcels: { name: 'PARCELS', friend: false, answers: [] },
  climbers: { name: 'Climbers', email: 'climbers@lists.example.org', friend: false, answers: [] }
}

export const past: Line[] = [
  { who: 'carol', way: 'email', hours: 220, subject: 'The flat', text: 'The landlord called. We can see it on Tuesday at five, or on Wednesday morning. I would take Tuesday.\n\nWhat do you think?' },
  { who: 'carol', way: 'email', hours: 218, subject: 'Re: The flat', own: true, text: 'Tuesday at five is fine. Shall I bring the papers?' },
  { who: 'bob', way: 'phone', hours: 170, text: 'Did you get the key?' },
  { who: 'bob', way: 'phone', hours: 169, own: true, text: 'Yes, it was under the mat.' },
  { who: 'alice', way: 'email', hours: 100, subject: 'Saturday at the lake', text: 'Hi!\n\nWe want to go to the lake on Saturday: Bob, Carol, me and hopefully you. Bob has room for two in the car.\n\nAlice' },
  { who: 'alice', way: 'email', hours: 99, subject: 'Re: Saturday at the lake', own: true, text: 'I am in. I can take the early train and meet you there.' },
  { who: 'climbers', way: 'email', hours: 80, subject: '[climbers] Hut in May', text: 'The hut is booked from the 3rd to the 5th of May. Six places are left.', list: { id: 'climbers.lists.example.org', name: 'Climbers' } },
  { who: 'bob', way: 'email', hours: 72, subject: 'Car on Saturday', text: 'The car is full of gear, so please keep your bags small.', cc: ['alice', 'carol'] },
  { who: 'parcels', way: 'phone', hours: 60, text: 'Your parcel 00340 will arrive today between 14:00 and 16:00.' },
  { who: 'mallory', way: 'email', hours: 50, subject: 'Urgent', text: 'Hi, it is me, Alice. I lost my wallet. Can you buy me a gift card? I will pay you back tomorrow.' },
  { who: 'alice', way: 'phone', hours: 26, text: 'Just missed the bus. 20 minutes late, sorry!' },
  { who: 'alice', way: 'phone', hours: 25, own: true, text: 'No hurry, the water is not going away.' },
  { who: 'alice', way: 'chat', hours: 3, text: 'That was such a good day. I have put the pictures into the folder.' },
  { who: 'dave', way: 'email', hours: 2, subject: 'Question about the workshop', text: 'Hello,\n\nCarol gave me your address. Is there still a place in the workshop in June?\n\nDave' }
]

export const now: Line[] = [
  { who: 'alice', way: 'chat', text: 'Are you there?' },
  { who: 'bob', way: 'phone', text: 'Climbing tonight?' },
  { who: 'alice', way: 'email', subject: 'Train tickets', text: 'I found tickets for 29 each if we book before Friday. Outward at 8:14, back at 19:02.\n\nShall I?' },
  { who: 'carol', way: 'chat', text: 'The kettle arrived. It is loud, but it boils.' },
  { who: 'alice', way: 'phone', text: 'My battery is dying, write me an SMS if anything changes.' },
  { who: 'parcels', way: 'phone', text: 'Your parcel 00341 is with a neighbour.' },
  { who: 'carol', way: 'email', subject: 'Re: The flat', text: 'They accepted! We get the keys on the first.' },
  { who: 'bob', way: 'phone', text: 'I have got the spare helmet for you.' },
  { who: 'alice', way: 'chat', text: 'Look at the sky!' },
  { who: 'dave', way: 'phone', text: 'Hello, Dave here, from the workshop list. Is this the right number?' },
  { who: 'climbers', way: 'email', subject: '[climbers] Rope check', text: 'Please bring your ropes on Monday, somebody with an eye for it will look at them.', list: { id: 'climbers.lists.example.org', name: 'Climbers' } },
  { who: 'alice', way: 'chat', text: 'Did you see Bob\'s mail about Monday?' }
]
