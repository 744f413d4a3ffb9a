import type { MessageDocument } from '../store/search-documents.ts'
import { find } from './needles.ts'
import type { Sought } from './needles.ts'

/** How much it says that a word stands there. */
const weights = { subject: 8, sender: 6, files: 5, recipients: 2, text: 1, quoted: 0.25 }
const scoredCharacters = 20_000
const most = 8
const quarter = 90 * 86_400

/**
 * How well a message answers a search: a whole number, larger is better. It counts where the words stand, how often, and in how
 * long a text; of messages alike, the newer one (`age`, seconds) is better. Other messages do not matter, nobody else's anyhow.
 */
export function scoreOf({ sender, recipients, subject, files, text, quoted, carried }: MessageDocument, needles: readonly Sought[], age: number): number {
  const texts: Record<keyof typeof weights, string> = {
    subject: subject ?? '', sender: `${sender.name ?? ''} ${sender.address ?? sender.raw}`, files: files.map(({ name }) => name).join(' \n'),
    recipients: recipients.map(({ name, address }) => `${name ?? ''} ${address}`).join(' \n').slice(0, scoredCharacters), text: text.slice(0, scoredCharacters), quoted: [quoted ?? '', carried].map((part) => part.slice(0, scoredCharacters)).join(' \n')
  }
  let score = 0
  for (const field of Object.keys(weights) as (keyof typeof weights)[]) {
    for (const needle of needles) {
      const times = find(texts[field], [needle], most).length
      if (times > 0) score += weights[field] * (1 + Math.log2(times)) * (1 + needle.words.length / 4) / (1 + Math.log10(1 + texts[field].length / 500))
    }
  }
  return Math.round(1000 * (score + 1.5 / (1 + age / quarter)))
}
