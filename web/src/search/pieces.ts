export type Mark = { start: number, end: number }

/** A text cut at its marks. What lies outside of the text, or crosses the mark before, is left out. */
export function piecesOf(text: string, marks: readonly Mark[]): { text: string, marked: boolean }[] {
  const pieces: { text: string, marked: boolean }[] = []
  let at = 0
  for (const { start, end } of marks) {
    if (start < at || end <= start || end > text.length) continue
    if (start > at) pieces.push({ text: text.slice(at, start), marked: false })
    pieces.push({ text: text.slice(start, end), marked: true })
    at = end
  }
  if (at < text.length) pieces.push({ text: text.slice(at), marked: false })
  return pieces
}
