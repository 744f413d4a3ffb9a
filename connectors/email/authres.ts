/** Authentication-Results (RFC 8601): what the user's own server says about a mail. Strict: what cannot be read proves nothing. */
import type { Head } from './head.ts'

/** One result: `properties` by `ptype.property` in lower case, `comments` as written. */
export type Result = { method: string, result: string, properties: Map<string, string>, comments: string[] }

export type AuthResults = { authserv: string, results: Result[] }

/**
 * The results of the server named `authserv`, from the topmost header that names exactly it, and only where that header stands
 * above everything that came from outside (RFC 8601 section 5): the Received lines above it are those of hosts behind the
 * border host, then of the border host itself, and nothing else. Without such a header, or when it cannot be read: null.
 */
export function trustedResults(head: Head, authserv: string): Result[] | null {
  const wanted = authserv.toLowerCase()
  const at = head.fields.findIndex((field) => field.name === 'authentication-results' && readAuthserv(field.value) === wanted)
  if (at < 0 || !head.fields[at]!.sound) return null

  const isBorder = (value: string) => {
    const by = /\bby\s+([a-z0-9._-]+)/i.exec(withoutComments(value.slice(0, 2000)))?.[1]?.toLowerCase()
    return by !== undefined && (by === wanted || by.endsWith('.' + wanted))
  }
  const received = head.fields.flatMap((field, index) => field.name === 'received' ? [{ above: index < at, border: isBorder(field.value) }] : [])
  const above = received.filter((line) => line.above)
  const first = above.findIndex((line) => line.border)
  const inside = first < 0
    // Only hosts behind the border wrote above it; the border's own line must come next.
    ? above.length === 0 || received[above.length]?.border === true
    : above.slice(first).every((line) => line.border)
  return inside ? readAuthResults(head.fields[at]!.value)?.results ?? null : null
}

/** The grammar of RFC 8601 section 2.2, unfolded; null when a single character does not fit it. Linear time. */
export function readAuthResults(value: string): AuthResults | null {
  const scan = new Scanner(value.slice(0, 64 * 1024))
  scan.space()
  const authserv = scan.value()
  scan.space()
  // A version may follow; the only one there is is 1.
  if (scan.peek() === '1') scan.word()
  scan.space()
  if (authserv === null) return null

  const results: Result[] = []
  while (!scan.done()) {
    if (!scan.take(';')) return null
    scan.comments = []
    scan.space()
    if (scan.done() || scan.peek() === ';') continue
    const method = scan.word()?.toLowerCase()
    scan.space()
    if (method === 'none' && (scan.done() || scan.peek() === ';')) continue
    if (!method || !scan.take('=')) return null
    scan.space()
    const result = scan.word()?.toLowerCase()
    if (!result) return null
    const properties = new Map<string, string>()
    scan.space()
    while (!scan.done() && scan.peek() !== ';') {
      const name = scan.word()?.toLowerCase()
      scan.space()
      if (!name || !scan.take('=')) return null
      scan.space()
      const read = scan.value()
      // A property that is said twice has two readings.
      if (read === null || properties.has(name)) return null
      properties.set(name, read)
      scan.space()
    }
    results.push({ method: method.replace(/\s*\/.*$/, ''), result, properties, comments: scan.comments })
  }
  return scan.failed ? null : { authserv: authserv.toLowerCase(), results }
}

/** The server that a header names, in lower case; null when it cannot be read. */
export function readAuthserv(value: string): string | null {
  const scan = new Scanner(value.slice(0, 4000))
  scan.space()
  return scan.value()?.toLowerCase() ?? null
}

function withoutComments(value: string): string {
  const scan = new Scanner(value)
  let text = ''
  while (!scan.done()) {
    scan.space()
    text += ' ' + scan.any()
  }
  return text
}

class Scanner {
  comments: string[] = []
  failed = false
  #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  done(): boolean {
    return this.failed || this.#at >= this.#text.length
  }

  peek(): string {
    return this.#text[this.#at] ?? ''
  }

  take(char: string): boolean {
    if (this.peek() !== char) return false
    this.#at++
    return true
  }

  /** CFWS: white space and comments, which nest. An open comment fails. */
  space(): void {
    for (;;) {
      while (' \t\r\n'.includes(this.peek()) && this.peek() !== '') this.#at++
      if (this.peek() !== '(') return
      const start = this.#at + 1
      let depth = 0
      do {
        const char = this.peek()
        if (char === '') {
          this.failed = true
          return
        }
        if (char === '\\') this.#at++
        else if (char === '(') depth++
        else if (char === ')') depth--
        this.#at++
      } while (depth > 0)
      this.comments.push(this.#text.slice(start, this.#at - 1))
    }
  }

  /** A keyword or property name. */
  word(): string | null {
    return this.#run(/[^\s;="()]+/y)
  }

  /** A token, a quoted string, or both run together as in `"a b"@example.org`. */
  value(): string | null {
    let value: string | null = null
    for (;;) {
      const next = this.peek() === '"' ? this.#quoted() : this.#run(/[^\s;"()]+/y)
      if (next === null) return this.failed ? null : value
      value = (value ?? '') + next
    }
  }

  /** Whatever comes next up to white space or a comment. */
  any(): string {
    return this.#run(/[^\s(]+/y) ?? ''
  }

  #quoted(): string | null {
    let text = ''
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at]!
      if (char === '"') {
        this.#at++
        return text
      }
      if (char === '\\') this.#at++
      text += this.#text[this.#at] ?? ''
    }
    this.failed = true
    return null
  }

  #run(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (!match) return null
    this.#at += match[0].length
    return match[0]
  }
}
