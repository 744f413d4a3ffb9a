import type { Mark } from './pieces.ts'
import { piecesOf } from './pieces.ts'

/** A text with what was found in it. */
export function Marked({ text, marks }: { text: string, marks: readonly Mark[] }) {
  return <bdi>{piecesOf(text, marks).map(({ text, marked }, index) => marked ? <mark key={index}>{text}</mark> : text)}</bdi>
}
