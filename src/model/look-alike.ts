/** What looks alike to a person: skeletons in the manner of Unicode UTS #39 section 4, coarser on purpose, since they only ever warn. */
import { domainToUnicode } from 'node:url'
import { domainOf } from './address.ts'
import { confusables } from './confusables.ts'

const plain = new Map(Object.entries(confusables).flatMap(([to, all]) => [...all].map((from) => [from, to] as const)))
/** Letters and signs that many typefaces do not tell apart: here i, I, l, 1 and | are one. */
const alike = new Map([['i', 'l'], ['1', 'l'], ['|', 'l'], ['\u0131', 'l'], ['0', 'o'], ['5', 's'], ['$', 's'], ['@', 'a'], ['\u00df', 'ss']])
const marks = /[\p{M}\p{C}\p{Default_Ignorable_Code_Point}]/gu
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u
/** What belongs into a text though it is not seen: joiners between Arabic or Indic letters and in emoji, the choice of an emoji's looks, soft hyphens. */
const meant = /[\u200c\u200d\ufe0e\ufe0f\u00ad\u{e0020}-\u{e007f}]/gu

/** What a letter or sign looks like. */
function bonesOf(char: string): string {
  const lower = (plain.get(char) ?? char).toLowerCase()
  let bones = ''
  for (const one of plain.get(lower) ?? lower) bones += alike.get(one) ?? one
  return bones
}

/** Most of what comes in is plain ASCII, and each message is looked at. */
const ascii = Array.from({ length: 128 }, (_, code) => bonesOf(String.fromCharCode(code)))

/** Texts that look alike have one skeleton. Case, accents and what is not seen do not count. Linear in the length, of which 200 characters are read. */
export function skeleton(text: string): string {
  const read = text.slice(0, 200)
  let bones = ''
  if (/^[ -~]*$/.test(read)) for (let at = 0; at < read.length; at++) bones += ascii[read.charCodeAt(at)]!
  else for (const char of read.normalize('NFKD').replace(marks, '')) bones += bonesOf(char)
  return bones.includes('rn') || bones.includes('vv') ? bones.replaceAll('rn', 'm').replaceAll('vv', 'w') : bones
}

/** The skeleton of a person's name: its words in any order, without signs between them. '' when there is no letter in it. */
export function nameSkeleton(name: string): string {
  return skeleton(name.replace(/@/g, ' ')).replace(/[^\p{L}\p{N}]+/gu, ' ').trim().split(' ').sort().join(' ')
}

/** A name as it is seen where signs in it turn the text around; null: none do. */
export function turnedAround(name: string): string | null {
  return turning.test(name) ? [...name].reverse().join('') : null
}

/** Whether something in a name is not seen, or turns the text around, and has no business there. */
export function hidesSomething(name: string): boolean {
  return turning.test(name) || invisible.test(name.replace(meant, ''))
}

/** The skeleton of a canonical mail address, its domain as people read it. */
export function addressSkeleton(address: string): string {
  return `${skeleton(address.slice(0, address.lastIndexOf('@')))}@${domainSkeleton(domainOf(address))}`
}

/** The skeleton of a domain, its IDNA form as people read it. */
export function domainSkeleton(domain: string): string {
  // Without a label in IDNA form, and not a number, there is nothing to decode.
  return skeleton(/^[a-z0-9.-]+\.[a-z]+$/.test(domain) && !domain.includes('xn--') ? domain : domainToUnicode(domain) || domain)
}

/** Shorter domains have too many neighbours. */
const shortest = 6

/** A skeleton, and what it becomes when one letter is left out. Two domains one letter apart (changed, added, left out, swapped) have one of these in common. */
export function neighbourhood(bones: string): string[] {
  if (bones.length < shortest || bones.length > 100) return [bones]
  return [...new Set([bones, ...Array.from(bones, (_, at) => bones.slice(0, at) + bones.slice(at + 1))])]
}

/** Whether at most one letter is changed, added or left out, or two neighbours are swapped. */
export function isOneApart(one: string, other: string): boolean {
  if (one.length > other.length) return isOneApart(other, one)
  if (other.length - one.length > 1) return false
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  const rest = (text: string, from: number) => text.slice(from)
  if (one.length < other.length) return rest(one, at) === rest(other, at + 1)
  return rest(one, at + 1) === rest(other, at + 1) || (one[at] === other[at + 1] && one[at + 1] === other[at] && rest(one, at + 2) === rest(other, at + 2))
}
