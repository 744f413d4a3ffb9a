/** Ascending numbers as an IMAP sequence set, e.g. `1:4,9` (RFC 9051 section 9, sequence-set). Empty for none. */
export function packSet(numbers: Iterable<number>): string {
  const parts: string[] = []
  let first = 0
  let last = -1
  const close = () => {
    if (last >= first && first > 0) parts.push(first === last ? String(first) : `${first}:${last}`)
  }
  for (const number of numbers) {
    if (number === last + 1 && first > 0) {
      last = number
      continue
    }
    close()
    first = number
    last = number
  }
  close()
  return parts.join(',')
}

/** The numbers of a sequence set that `packSet` wrote, ascending. Throws RangeError when it stands for more than `most`. */
export function unpackSet(text: string, most = 5_000_000): number[] {
  const numbers: number[] = []
  for (const part of text === '' ? [] : text.split(',')) {
    const [first, last = first] = part.split(':').map(Number)
    if (!Number.isInteger(first) || !Number.isInteger(last) || last! - first! > most - numbers.length) throw new RangeError('not a sequence set of ours')
    for (let number = first!; number <= last!; number++) numbers.push(number)
  }
  return numbers
}
