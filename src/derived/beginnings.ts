import { isAscii } from './words.ts'

/** Of so many letters beginnings are indexed: shorter ones stand in nearly every message, longer ones in few. */
const begun = [3, 4] as const

/** Whether a beginning of a word is one of those of `beginningsOf`. */
export const isBegun = (beginning: string): boolean => begun.some((length) => length === Array.from(beginning).length)

/** How the words of texts begin that `indexable` made: each beginning once, beside other writing perhaps twice. */
export function beginningsOf(indexed: readonly string[]): string {
  const found: string[] = []
  const codes: number[] = []
  const others = new Set<string>()
  for (const text of indexed) {
    if (isAscii(text)) beginPlain(text, found, codes)
    else for (const word of text.split(' ')) beginOther(word, others)
  }
  for (const code of codes) seen[code] = 0
  return [...found, ...others].join(' ')
}

function beginOther(word: string, found: Set<string>): void {
  const characters = Array.from(word)
  for (const length of begun) if (characters.length >= length) found.add(characters.slice(0, length).join(''))
}

const letters = '0123456789abcdefghijklmnopqrstuvwxyz'
const base = letters.length + 1
/** Which of `letters` a byte of ASCII is, from 1, whatever its case; 0: none. */
const letterOf = Uint8Array.from({ length: 128 }, (_, code) => letters.indexOf(String.fromCharCode(code).toLowerCase()) + 1)
/** Beginnings of the message at hand, as numbers that each letter is a digit of; between two messages there are none. A Set would take several times as long. */
const seen = new Uint8Array(base ** 4)

function beginPlain(text: string, found: string[], codes: number[]): void {
  const bytes = Buffer.from(text, 'latin1')
  let [length, code] = [0, 0]
  for (let i = 0; i < bytes.length; i++) {
    const letter = letterOf[bytes[i]!]!
    if (letter === 0) {
      length = 0
      code = 0
    } else if (++length <= 4) {
      code = code * base + letter
      if (length < 3 || seen[code] === 1) continue
      seen[code] = 1
      codes.push(code)
      found.push(text.slice(i + 1 - length, i + 1))
    }
  }
}
