import t from 'tap'
import { plainOfEnriched } from '../../../connectors/email/enriched.ts'
import { parse } from '../../../connectors/email/parse.ts'
import type { Context, IncomingMessage } from '../../../src/connector.ts'

const context: Context = { own: [], region: null, folder: { name: 'INBOX', role: 'inbox' }, authserv: null, at: 0 }
const head = 'From: alice@friend.example\nTo: ada@example.org\nSubject: Trip\n'

async function read(mail: string): Promise<IncomingMessage> {
  const [message] = await parse(Buffer.from(mail), context)
  if (message?.type !== 'message') throw new Error('a mail is a message')
  return message
}

t.test('enriched text', async (t) => {
  const cases: [string, string, string][] = [
    ['commands', '<bold>Now</bold> is the <italic>time</italic> for <smaller>all</smaller> of us.', 'Now is the time for all of us.'],
    ['line ends', 'one\nline\n\nthe next\n\n\nafter an empty one', 'one line\nthe next\n\nafter an empty one'],
    ['as it is written', 'a\n<nofill>b\nc\n</nofill>d', 'a b\nc\nd'],
    ['parameters', '<color><param>red</param>Rope</color> and <fontfamily><param>Times</param>bread</fontfamily>', 'Rope and bread'],
    ['a quote', 'You wrote:<excerpt>Go?\n\nNow?</excerpt>Yes', 'You wrote:\n> Go?\n> Now?\nYes'],
    ['what is no command', '5 << 6, a < b, <alice@friend.example>', '5 < 6, a < b, <alice@friend.example>'],
    ['without ends', '<bold>a<param>b', 'a'],
    ['ends alone', '</param></nofill></excerpt>a', 'a']
  ]
  for (const [name, text, plain] of cases) t.equal(plainOfEnriched(text, 'text/enriched'), plain, name)
  t.equal(plainOfEnriched('<bold>Now</bold> is\nthe time<nl>for <comment>not </comment>all<lt>br>\n\nof us', 'text/richtext'), 'Now is the time\nfor all<br> of us', 'the older one')
  t.equal(plainOfEnriched('<excerpt>'.repeat(50_000) + 'a', 'text/enriched').endsWith('> a'), true)
})

t.test('a mail in it', async (t) => {
  const message = await read(`${head}Content-Type: text/enriched; charset=utf-8\n\n<bold>Come</bold>\nalong <<br>\n`)
  t.equal(message.text, 'Come along <br>')
  t.equal(message.html, undefined)
  const both = await read(`${head}Content-Type: multipart/alternative; boundary=b\n\n--b\n\nCome along\n--b\nContent-Type: text/enriched\n\n<bold>Come</bold>\nalong\n--b\nContent-Type: text/html\n\n<b>Come</b> along\n--b--\n`)
  t.equal(both.text, 'Come along', 'it says no more than the plain text')
  t.match(both.html, /<b>Come/)
})
