/**
 * What the markup of an HTML mail says about a line: `reply` = here the mail program's copy of an earlier mail begins, to the
 * end; `cite` = inside such a copy; `intro` = who wrote what is quoted next; `signature` = inside the writer's signature.
 */
export type Mark = 'reply' | 'cite' | 'intro' | 'signature'

/** One line of a mail as text; quotes with `>` in front. */
export type Line = { text: string, mark?: Mark }

/** A line with what can be told from it alone. `bare`: without quote marks and emphasis, at most 400 characters of it. */
export type Read = Line & { blank: boolean, quoted: boolean, bare: string }

/** Some write `|` for `>`; one such line alone may be a table. */
const quoteMark = /^ {0,3}(?:>|\|(?=[ \t]|$))/
const invisible = /[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]/g

/** Reads each line once, in time linear in their length. */
export function readLines(lines: Line[]): Read[] {
  const read = lines.map((line): Read => {
    const head = line.text.slice(0, 400)
    const bare = bareOf(head)
    return { ...line, bare, blank: bare === '' && line.text.trim() === '', quoted: line.mark === 'cite' || quoteMark.test(head) }
  })
  for (let at = 0; at < read.length; at++) {
    const line = read[at]!
    if (line.quoted && line.mark !== 'cite' && /^ {0,3}\|/.test(line.text) && !isBar(read[at - 1]) && !isBar(read[at + 1])) line.quoted = false
  }
  // `<alice@friend.example` with its `>:` broken off onto the next line is an introduction, no quote.
  for (let at = 1; at < read.length; at++) {
    const line = read[at]!
    if (line.quoted && line.mark === undefined && !read[at - 1]!.quoted && /^ ?> ?[^>]{0,30}[:：]\s*$/.test(line.text) && /<[^<>\s]*$/.test(read[at - 1]!.text.slice(-200).trimEnd())) line.quoted = false
  }
  return read
}

/** The words of a line: quote marks, emphasis and invisible characters away, white space as one blank. */
export function bareOf(text: string): string {
  // Most lines are plain or begin with `> `: by hand that takes a third of what a pattern does.
  let start = 0
  let code = text.charCodeAt(0)
  while (code === 62 || code === 32 || code === 124 || code === 9) code = text.charCodeAt(++start)
  const words = code < 32 || code >= 128 ? text.replace(/^[\s>|]+/, '') : start === 0 ? text : text.slice(start)
  if (!/[^\x20-\x7e]|  |^[*_]|:\*/.test(words)) return words.trimEnd()
  return words.replace(invisible, '').replace(/^[\s>|]+/, '').replace(/[\s\u00a0]+/g, ' ').replace(/^(?:\*|_)(?=\S)|(?<=:)\*(?=\s|$)/g, '').trim()
}

function isBar(line: Line | undefined): boolean {
  return line !== undefined && /^ {0,3}\|/.test(line.text)
}
