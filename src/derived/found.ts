import { hitTexts } from '../store/search-hits.ts'
import type { HitRow } from '../store/search-hits.ts'
import type { Reader } from '../store/tx.ts'
import type { Mark, Sought } from './needles.ts'
import { marksOf, snippetOf } from './snippet.ts'
import type { Snippet } from './snippet.ts'

const subjectLength = 500
const textLength = 50_000
const filesShown = 20

/** A message that was found, what is shown of it, and the texts that show why. */
export type Found = { id: number, row: HitRow, subject: string | null, subjectMarks: Mark[], snippet: Snippet, files: { id: number, name: string, marks: Mark[] }[] }

/** The words that were looked for, marked in the texts of a message; null when it is gone. However long its texts are, only their beginnings are read. */
export function foundIn(main: Reader, id: number, row: HitRow, needles: readonly Sought[]): Found | null {
  const texts = hitTexts(main, id, { subjectLength, textLength })
  if (!texts) return null
  const { subject, text, quoted, carried } = texts
  const anywhere = needles.filter(({ within }) => within === 'all')
  const files = texts.files.map((file) => ({ ...file, marks: marksOf(file.name, anywhere) }))
  return {
    id, row, subject, subjectMarks: subject === null ? [] : marksOf(subject, needles.filter(({ within }) => within === 'all' || within === 'subject')), snippet: snippetOf([text, ...quoted === null ? [] : [quoted], ...carried === '' ? [] : [carried]], anywhere),
    files: files.filter(({ marks }) => marks.length > 0 || files.length <= filesShown).slice(0, filesShown)
  }
}
