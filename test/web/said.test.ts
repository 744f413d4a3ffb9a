import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { errors } from '../../src/api/errors.ts'
import { matchesOf, saidBy } from '../../web/src/said/sentences.ts'
import type { Sentences } from '../../web/src/said/sentences.ts'

const project = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(project, path), 'utf8')
const sentences = JSON.parse(read('web/src/said/de.json')) as Sentences
const matches = matchesOf(sentences)
const word = (kind: string, value: string) => kind === 'day' ? /^\d+ [A-Z]\w+ \d{4}$/.test(value) ? `<${value}>` : null : `<${value}>`
const german = (text: string) => saidBy(matches, text, word)

/** Where the server's sentences for people are written. */
const sources = [
  'src/inbound/route.ts', 'src/inbound/redecide.ts', 'src/inbound/arrive.ts', 'src/inbound/announce.ts', 'src/inbound/look-alikes.ts', 'src/inbound/identify.ts', 'src/inbound/suggest.ts', 'src/model/rule.ts', 'src/model/path.ts', 'src/model/spam.ts',
  'src/outbound/preferences.ts', 'src/outbound/ways.ts', 'src/outbound/choose.ts', 'src/content/file-kind.ts', 'src/api/methods/contact.why.ts', 'src/api/methods/conversation.route.ts', 'connectors/email/prove.ts', 'connectors/email/arc.ts', 'connectors/email/propose.ts', 'connectors/xmpp/prove.ts'
]

/** Words that are no sentence for people, or a part of one: those are tried below as a whole. */
const parts = /^(?:Something (?:online on sms now|Something Something|could not be checked: its key is gone\.)|Only Something Something|Nobody you know has written from SomethingSomething|the last rung matches everything|All of them are|They are|In the inbox|In Other|Not in any folder yet|Each is|It costs|A signature|everybody at .*|the list .*|.* on <.*|all of them|the account)$|^(?:friend of|member of)|^You (?:wrote this rule|let them in from the screener|turned them down in the screener|blocked them in the screener|called it spam|unsubscribed)$|^From (?:moving a conversation|your answer)$|^List-Id/
const wholes = [
  'They are online on chat now', 'All of them are online on chat now', 'Nobody you know has written from x@evil.test; it bears the name of your friend Alice, but Alice has always written from another address.', 'Nobody you know has written from this sender.',
  'You blocked everybody at evil.test.', 'You let the list club.example into the inbox.', 'You put x@evil.test in Other, with newsletters.', 'In the inbox: Alice is your friend.', 'In Other: nobody you know has written from x@evil.test.', 'Hidden: you blocked Mallory.',
  'You wrote this rule on 3 May 2026.', 'From moving a conversation on 3 May 2026.', 'From your answer on 3 May 2026.', 'You let them in from the screener on 3 May 2026.', 'You turned them down in the screener on 3 May 2026.', 'You blocked them in the screener on 3 May 2026.', 'You called it spam on 3 May 2026.', 'You unsubscribed on 3 May 2026.',
  'friend of Alice on this server, who shares the list.', 'member of the group "Climbers" with Alice.', 'The signature of list.example does not fit the mail: it was changed, or the signature is false.', 'Chat is not connected just now; the message waits for it', 'Only Mail reaches them', 'Only Mail can carry this to them now', 'Mail costs nothing', 'Mail costs least',
  'No account of yours reaches all of them. Connect one that does', 'You chose sms for them, which cannot be used: The text has 900 characters; SMS carries up to 160'
]

/** The sentences of a file, each with something in its places. */
function written(path: string): string[] {
  const code = read(path).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').replace(/^import .*$/gm, '').replace(/\b(?:words|summary|description|example|name): (?:'(?:[^'\\]|\\.)*'|`[^`]*`)/g, '').replace(/example: \{[\s\S]*?\n {2}\},\n/g, '')
  const literals = [...code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\$]|\\.|\$\{(?:[^{}`]|`[^`]*`)*\}|\$)*)`/g)].map(([, plain, template]) => (plain ?? template ?? '').replaceAll("\\'", "'"))
  const filled = literals.map((text) => text.replace(/\$\{((?:[^{}`]|`[^`]*`)*)\}/g, (_, what: string) => /dayOf/.test(what) ? '3 May 2026' : /channel/.test(what) ? 'sms' : /\bstream\b/.test(what) ? 'lists' : what === 'of' ? 'The signature of list.example' : what === 'program' ? 'Open it only if you expected it and know who made it.' : /statusWords/.test(what) ? 'Mail needs a new login' : 'Something'))
  return filled.filter((text) => /^["“A-Z]/.test(text) && (text.match(/ /g) ?? []).length >= 2 && !/\b(?:SELECT|UPDATE|INSERT|DELETE) /.test(text))
}

t.test('what the server says to people has words in the other language, wherever it is written', async (t) => {
  const all = new Set<string>()
  for (const source of sources) for (const text of written(source)) if (!parts.test(text)) all.add(text)
  t.same([...all, ...wholes].filter((text) => german(text) === text), [])
  t.ok(all.size > 90, `${all.size} sentences are looked at`)
})

t.test('names and days stand where they belong; a sentence that nobody knows stays as it is', async (t) => {
  t.equal(german('Nobody you know has written from x@evil.test; it bears the name of your friend Alice, but Alice has always written from another address.'), sentences['Nobody you know has written from {0}; it bears the name of your friend {1}, but {2} has always written from another address.']!.replace('{0}', 'x@evil.test').replace('{1}', 'Alice').replace('{2}', 'Alice'))
  t.equal(german('Last on 3 May 2026.'), 'Zuletzt am <3 May 2026>.')
  t.equal(german('alice@friend.example is not proven.'), 'alice@friend.example ist nicht bewiesen.')
  t.equal(german('In the inbox: Alice is your friend.'), 'Im Posteingang: Alice gehört zu deinen Freunden.')
  for (const text of ['', 'Hello', 'Last on some day.', 'x'.repeat(10_000)]) t.equal(german(text), text)
  t.equal(german('{0} {day} $& $1 is your friend.'), '{0} {day} $& $1 gehört zu deinen Freunden.', 'a name is never a place')
})

t.test('each sentence has the same places in both languages', async (t) => {
  const places = (text: string) => [...new Set([...text.matchAll(/{(\w+)}/g)].map(([, name]) => name))].sort().join()
  t.same(Object.entries(sentences).filter(([text, says]) => places(text) !== places(says) || says.trim() !== says || says === ''), [])
})

t.test('every kind of error has words in every language', async (t) => {
  for (const language of ['en', 'de']) {
    const words = JSON.parse(read(`web/src/words/${language}/errors.json`)) as Record<string, string>
    const kinds = [...Object.keys(errors), 'connection_lost', 'overloaded', 'closed']
    t.same(kinds.filter((kind) => !words[kind] && !words[kind + '_other']), [], language)
  }
})
