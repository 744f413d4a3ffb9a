/**
 * Lines that end in a space go on in the next one (RFC 3676 section 4), LF for every line end. Quoted lines are left as they are: where
 * they are broken says nothing about who wrote what, and a joined quote would have marks in its midst. Linear.
 */
export function flowed(text: string, delSp: boolean): string {
  const result: string[] = []
  let paragraph: string | null = null
  for (const line of text.split(/\r?\n/)) {
    if (paragraph !== null && paragraph.endsWith(' ') && paragraph !== '-- ' && !paragraph.startsWith('>') && !line.startsWith('>')) {
      // Section 4.4: a space put in front of a line is no part of it.
      paragraph = (delSp ? paragraph.slice(0, -1) : paragraph) + (line.startsWith(' ') ? line.slice(1) : line)
      continue
    }
    if (paragraph !== null) result.push(paragraph)
    paragraph = line.startsWith(' ') ? line.slice(1) : line
  }
  if (paragraph) result.push(paragraph)
  return result.join('\n')
}
