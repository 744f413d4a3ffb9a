/** Words are hashed into so many places: what is learnt takes 64 KiB, however much that is. */
export const places = 1 << 14

/** In how many lessons of each kind a word of a place was; `spam` and `good` are how many lessons there were. */
export type Learnt = { spam: number, good: number, counts: Uint16Array }

/** All that is looked at of a message. */
export type Worded = { subject: string | null, text: string, address: string | null }

/** A count fits into 16 bits as long as there are no more lessons than these. */
export const mostLessons = 65_000

const readChars = 2000
const mostWords = 120

/** The same words where a text is plain ASCII, found several times as fast. */
const plain = /[a-z0-9][a-z0-9'-]{2,29}/g
const inAnyScript = /[\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]{2,29}/gu
const isPlain = /^[\0-\x7f]*$/
const links = /https?:\/\/[^\s/:?#<>"]{1,100}/g

export function nothingLearnt(): Learnt {
  return { spam: 0, good: 0, counts: new Uint16Array(2 * places) }
}

/** The words of a message, each once: of its subject and the beginning of its text, where its links lead, and the domain it came from. */
export function wordsOf({ subject, text, address }: Worded): string[] {
  const said = ((subject ?? '').slice(0, 300) + '\n' + text.slice(0, readChars)).toLowerCase()
  const words = new Set<string>()
  if (address?.includes('@')) words.add('from ' + address.slice(address.lastIndexOf('@') + 1))
  for (const link of said.match(links)?.slice(0, 20) ?? []) words.add('link ' + link.slice(link.lastIndexOf('/') + 1))
  for (const word of said.match(isPlain.test(said) ? plain : inAnyScript) ?? []) {
    if (words.size >= mostWords) break
    words.add(word)
  }
  return [...words]
}

/** The place of a word (FNV-1a, 32 bits, folded). */
export function placeOf(word: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 14) ^ (hash >>> 28)) & (places - 1)
}

/** The places of these words, each once, in order: what a lesson keeps. */
export function lessonOf(words: readonly string[]): Uint16Array {
  return Uint16Array.from(new Set(words.map(placeOf))).sort()
}

/** Counts a lesson (`by` 1) or takes it back (-1). Lessons may come in any order, and one that is taken back leaves no trace. */
export function count(learnt: Learnt, lesson: Uint16Array, spam: boolean, by: 1 | -1): Learnt {
  const counts = learnt.counts.slice()
  for (const place of lesson) counts[2 * place + Number(spam)]! += by
  return { spam: learnt.spam + (spam ? by : 0), good: learnt.good + (spam ? 0 : by), counts }
}

/** So many lessons of each kind there must be before anything is judged. */
export const enough = 10

/** A word says little that was in few lessons: as much as one more lesson of no opinion. */
const doubt = 1
const least = 0.2
const weighed = 15
/** Ninety-nine to one, by three words or more. */
const sure = Math.log(99)
const fewest = 3

/**
 * Why a message is like what the user called spam, in words; null: it is not, or not enough was learnt. The words that say most weigh (Robinson's
 * estimate of each, their odds multiplied), whatever else is in it.
 */
export function looksLikeSpam(learnt: Learnt, message: Worded): string[] | null {
  const { spam, good, counts } = learnt
  if (spam < enough || good < enough) return null
  const telling: { word: string, odds: number, inSpam: number }[] = []
  for (const word of wordsOf(message)) {
    const place = 2 * placeOf(word)
    const inGood = counts[place]!
    const inSpam = counts[place + 1]!
    const seen = inSpam + inGood
    if (seen === 0) continue
    const share = inSpam / spam / (inSpam / spam + inGood / good)
    const believed = (doubt * 0.5 + seen * share) / (doubt + seen)
    if (Math.abs(believed - 0.5) >= least) telling.push({ word, odds: Math.log(believed / (1 - believed)), inSpam })
  }
  telling.sort((a, b) => Math.abs(b.odds) - Math.abs(a.odds) || (a.word < b.word ? -1 : 1))
  const heavy = telling.slice(0, weighed)
  const against = heavy.filter(({ odds }) => odds > 0)
  if (against.length < fewest || heavy.reduce((sum, { odds }) => sum + odds, 0) < sure) return null
  return ['It is like what you called spam.', ...against.slice(0, 5).map(({ word, inSpam }) => `“${shown(word)}” was in ${inSpam} of ${spam} such messages.`)]
}

const shown = (word: string) => word.replace(/^(?:from|link) /, '')
