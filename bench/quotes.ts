import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from '../connectors/email/parse.ts'
import { fold, linesOf } from '../connectors/email/quotes/fold.ts'
import { linesOfHtml, textOfHtml } from '../connectors/email/text.ts'
import type { IncomingMessage } from '../src/connector.ts'
import { printTable } from './parts/table.ts'

/**
 * How much of other people's replies is told apart rightly, by halves of the cases, which are not, and what it costs. node bench/quotes.ts
 * The rules were made looking at the first half; the second is what they had not seen then.
 */
type Case = { id: string, eml: string, match: 'lines_ws' | 'nows' | 'contains' | 'text_of_html', visible?: string, visible_html?: string, must_contain?: string[], must_not_contain?: string[], guard: boolean }

const corpora = process.env['KINBOX_CORPORA'] ?? join(import.meta.dirname, '../../shared/corpora')
const lined = (text: string) => text.split('\n').map((line) => line.replace(/\s+/g, ' ').trim()).filter((line) => line !== '').join('\n')
const solid = (text: string) => text.replace(/\s+/g, '')

function right({ match, visible = '', visible_html = '', must_contain = [], must_not_contain = [] }: Case, text: string): boolean {
  if (match === 'lines_ws') return lined(text) === lined(visible)
  if (match === 'nows') return solid(text) === solid(visible)
  if (match === 'text_of_html') return solid(text) === solid(textOfHtml(visible_html))
  return must_contain.every((one) => lined(text).includes(lined(one))) && !must_not_contain.some((one) => lined(text).includes(lined(one)))
}

async function scores(): Promise<void> {
  if (!existsSync(join(corpora, 'quotes.jsonl'))) return console.log('KINBOX_CORPORA names no folder of replies: no scores.')
  const cases = readFileSync(join(corpora, 'quotes.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Case)
  const halves = [0, 1].map(() => ({ right: 0, all: 0, guarded: 0, guards: 0 }))
  const wrong: [string, string][] = []
  for (const one of cases) {
    const half = halves[Number(BigInt('0x' + createHash('sha256').update(one.id).digest('hex')) % 2n)]!
    const [message] = await parse(readFileSync(join(corpora, one.eml)), { own: [], region: null, folder: { name: 'INBOX', role: 'inbox' }, authserv: null, at: 0 }) as [IncomingMessage]
    const good = right(one, message.text) || one.guard && message.quoted === undefined
    if (!good) wrong.push([one.id, one.guard ? 'stripped' : message.quoted === undefined ? 'nothing folded' : 'folded otherwise'])
    if (one.guard) half.guards++, half.guarded += Number(good)
    else half.all++, half.right += Number(good)
  }
  if (wrong.length > 0) printTable('Not as expected', ['case', 'what'], wrong)
  const share = (part: number, of: number) => `${part} of ${of} (${(part / of * 100).toFixed(1)} %)`
  printTable('Replies told apart', ['half', 'exact', 'guards kept'], halves.map((half, at) => [at === 0 ? 'looked at' : 'held out', share(half.right, half.all), share(half.guarded, half.guards)]))
}

const sentence = 'Shall we meet on Sunday at nine, and who brings the rope this time?'
const reply = `Yes, gladly.\n\nThe train leaves at 8:30, so let us meet at the station.\n\nAlice\n\n-- \nAlice Example\nalice@friend.example\n\nOn Mon, 2 Mar 2026 at 12:00, Ada <ada@example.org> wrote:\n${`> ${sentence}\n`.repeat(40)}`
const page = `<html><body><div dir="ltr"><p>Yes, gladly.</p><p>The train leaves at 8:30.</p></div><div class="gmail_quote"><div class="gmail_attr">On Mon, 2 Mar 2026 at 12:00, Ada &lt;<a href="mailto:ada@example.org">ada@example.org</a>&gt; wrote:<br></div><blockquote class="gmail_quote">${`<div>${sentence}</div>`.repeat(40)}</blockquote></div></body></html>`

/** Texts that grow: by each a rule that looked further than it has to would take the square of the time. */
const hostile: [string, (size: number) => string][] = [
  ['introductions', (size) => 'On Mon, 2 Mar 2026 at 12:00, Ada <ada@example.org> wrote:\n\n'.repeat(size / 60)],
  ['half introductions', (size) => 'On Mon 2026 wrote\n'.repeat(size / 18)],
  ['heads', (size) => 'To: a\n'.repeat(size / 6)],
  ['rules', (size) => '-----\n'.repeat(size / 6)],
  ['signatures', (size) => 'x\n' + 'Sent from my phone\n'.repeat(size / 19)],
  ['marks', (size) => '-- \n'.repeat(size / 4)],
  ['quotes and answers', (size) => '> q\nwrote:\n'.repeat(size / 11)],
  ['one line', (size) => '> '.repeat(size / 2)],
  ['empty lines', (size) => 'x' + '\n'.repeat(size) + '> q'],
  ['dots and colons', (size) => 'a.:'.repeat(size / 3)],
  ['open elements', (size) => '<div class="gmail_quote">'.repeat(size / 25)],
  ['ends of nothing', (size) => '<b>'.repeat(size / 8) + '</i>'.repeat(size / 8)],
  ['quotes in quotes', (size) => '<blockquote>x'.repeat(size / 13)],
  ['marked signatures', (size) => 'x<div class="signature">' + '<p>Sent from my phone</p>'.repeat(size / 25)]
]

function took(run: () => void): number {
  const started = performance.now()
  run()
  return performance.now() - started
}

function folded(text: string): void {
  fold(text.startsWith('<') || text.startsWith('x<') ? linesOfHtml(text) : linesOf(text))
}

function usual(text: string): number {
  for (let i = 0; i < 200; i++) folded(text)
  const times = Array.from({ length: 500 }, () => took(() => folded(text))).sort((a, b) => a - b)
  return times[250]!
}

await scores()
const plain = usual(reply)
printTable('A usual mail', ['mail', 'KB', 'median ms'], [['plain', (reply.length / 1024).toFixed(1), plain.toFixed(3)], ['HTML', (page.length / 1024).toFixed(1), usual(page).toFixed(3)]])
printTable('Hostile mail: twice the length is about twice the time', ['made of', '256 KB ms', '512 KB ms', 'ratio'], hostile.map(([name, of]) => {
  const least = (text: string) => Math.min(...[0, 1, 2].map(() => took(() => folded(text))))
  const [half, whole] = [least(of(256 * 1024)), least(of(512 * 1024))]
  return [name, half.toFixed(1), whole.toFixed(1), (whole / half).toFixed(1)]
}))
