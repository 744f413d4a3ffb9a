import type { HitRow } from '../store/search-hits.ts'
import type { Mark, Sought } from './needles.ts'
import { marksOf, snippetOf } from './snippet.ts'
import type { Snippet } from './snippet.ts'

const filesShown = 20

/** A message that was found, what is shown of it, and the texts that show why. */
export type Found = { id: number, row: HitRow, subject: string | null, subjectMarks: Mark[], snippet: Snippet, files: { id: number, name: string, marks: Mark[] }[] }

/** A hit with the words marked in its texts that were looked for. */
export function foundIn({ id, row }: { id: number, row: HitRow }, needles: readonly Sought[]): Found {
  const { subject, text, quoted, carried, files: all } = row.texts
  const anywhere = needles.filter(({ within }) => within === 'all')
  const files = all.map((file) => ({ ...file, marks: marksOf(file.name, anywhere) }))
  return {
    id, row, subject, subjectMarks: subject === null ? [] : marksOf(subject, needles.filter(({ within }) => within === 'all' || within === 'subject')), snippet: snippetOf([text, ...quoted === null ? [] : [quoted], ...carried === '' ? [] : [carried]], anywhere),
    files: files.filter(({ marks }) => marks.length > 0 || files.length <= filesShown).slice(0, filesShown)
  }
}
