/** A word as the index keeps it, and where it stands in the text (UTF-16 units). */
export type Token = { word: string, start: number, end: number }

/** Writing without spaces between words: it is cut into pairs of characters. */
const unspaced = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\u30fc\\uff70\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}'
const runs = new RegExp(`[${unspaced}]+|[[\\p{L}\\p{N}\\p{M}]--[${unspaced}]]+`, 'gv')
const isUnspaced = new RegExp(`^[${unspaced}]`, 'v')
const asciiRuns = /[A-Za-z0-9]+/g
const ascii = /^[\x00-\x7f]*$/
/** Accents and vowel points; not those of Indic scripts, which are letters to their readers. */
const marks = /[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1dc0-\u1dff]/g
/** Letters that Unicode does not take apart. */
const apart: Record<string, string> = { ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ı: 'i', ħ: 'h', ŧ: 't', ĸ: 'k', ŋ: 'n', ς: 'σ', ё: 'е' }
const apartRuns = new RegExp(`[${Object.keys(apart).join('')}]`, 'g')
const noWord = /[^\p{L}\p{N}\p{M}]/gu

/** Nobody searches for longer ones; they are keys and encoded files. */
const longest = 64

/** Whether a text is plain ASCII: then its words are runs of letters and digits, and differ in their case only. */
export const isAscii = (text: string): boolean => ascii.test(text)

/**
 * The words of a text in their order, lower case, without accents: `München` is `munchen`. A run of Chinese, Japanese, Thai, Lao,
 * Khmer or Burmese becomes its overlapping pairs and then its last character, so that a part of it of any length is found.
 */
export function* tokens(text: string): Generator<Token, void, void> {
  if (ascii.test(text)) {
    for (const { 0: run, index } of text.matchAll(asciiRuns)) yield { word: run.slice(0, longest).toLowerCase(), start: index, end: index + run.length }
    return
  }
  for (const { 0: run, index } of text.matchAll(runs)) {
    if (isUnspaced.test(run)) {
      yield* pairs(run, index)
      continue
    }
    const word = folded(run)
    if (word !== '') yield { word, start: index, end: index + run.length }
  }
}

function* pairs(run: string, index: number): Generator<Token, void, void> {
  const characters = Array.from(run)
  let start = index
  for (const [i, character] of characters.entries()) {
    const next = characters[i + 1] ?? ''
    const word = folded(character + next)
    if (word !== '') yield { word, start, end: start + character.length + next.length }
    start += character.length
  }
}

function folded(run: string): string {
  const word = ascii.test(run) ? run.toLowerCase() : run.toLowerCase().normalize('NFKD').replace(marks, '').replace(apartRuns, (one) => apart[one]!).normalize('NFC').toLowerCase().replace(noWord, '')
  return word.length > longest ? beginning(word) : word
}

/** Never half a character. */
const beginning = (word: string) => word.slice(0, longest).replace(/[\ud800-\udbff]$/, '')

const longAscii = new RegExp(`[A-Za-z0-9]{${longest + 1},}`, 'g')

/** A text as it is given to the index: what its tokenizer cuts it into are the words of `tokens`. */
export function indexable(text: string): string {
  // Plain ASCII is cut the same way by the index itself, which is faster at it.
  if (ascii.test(text)) return hasLongRun(text) ? text.replace(longAscii, (run) => run.slice(0, longest)) : text
  let words = ''
  for (const { word } of tokens(text)) words += word + ' '
  return words
}

/** A loop, since an expression would try again from each letter. */
function hasLongRun(text: string): boolean {
  let length = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) | 32
    length = (code >= 97 && code <= 122) || (code >= 48 && code <= 57) ? length + 1 : 0
    if (length > longest) return true
  }
  return false
}

/**
 * What a word or phrase of a query must find, one token after the other; `prefix`: the last one may go on. `plain` finds the same in a text of
 * plain ASCII: null where none can have it, undefined where words may be longer than what is kept of them.
 */
export type Needle = { words: string[], prefix: boolean, plain: RegExp | null | undefined }

/**
 * A needle out of a word or phrase that somebody looks for; null where there is no word in it. What is cut into pairs ends with
 * a single character, which in a longer needle stands for nothing of its own; alone it is the beginning of a pair.
 */
export function needleOf(text: string, prefix = false): Needle | null {
  const found = [...tokens(text)]
  const last = found.at(-1)
  if (!last) return null
  const single = isUnspaced.test(last.word) && Array.from(last.word).length === 1
  const alone = single && found.length === 1
  if (single && found.length > 1 && found.at(-2)!.end === last.end) found.pop()
  const words = found.map(({ word }) => word)
  return { words, prefix: prefix || alone, plain: plainOf(words, prefix) }
}

function plainOf(words: readonly string[], prefix: boolean): RegExp | null | undefined {
  if (!words.every((word) => /^[a-z0-9]+$/.test(word))) return null
  if (words.some((word) => word.length === longest)) return undefined
  return new RegExp(`(?<![a-z0-9])${words.join('[^a-z0-9]+')}${prefix ? '[a-z0-9]*' : '(?![a-z0-9])'}`, 'gi')
}
