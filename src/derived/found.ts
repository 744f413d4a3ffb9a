import { hitTexts } from '../store/search-hits.ts'
import type { HitRow, HitTexts } from '../store/search-hits.ts'
import type { Reader } from '../store/tx.ts'
import type { Mark, Sought } from './needles.ts'
import { marksOf, snippetOf } from './snippet.ts'
import type { Snippet } from './snippet.ts'

const subjectLength = 500
const textLength = 50_000
const filesShown = 20

/** A message that was found, what is shown of it, and the texts that show why. */
export type Found = { id: number, row: HitRow, subject: string | null, subjectMarks: Mark[], snippet: Snippet, files: { id: number, name: string, marks: Mark[] }[] }

/** The words that were looked for, marked in the texts of messages; without those that are gone. However long the texts are, only their beginnings are read. */
export function foundIn(main: Reader, hits: readonly { id: number, row: HitRow }[], needles: readonly Sought[]): Found[] {
  const texts = hitTexts(main, hits.map(({ id }) => id), { subjectLength, textLength })
  return hits.flatMap(({ id, row }) => {
    const one = texts.get(id)
    return one ? [found(id, row, one, needles)] : []
  })
}

function found(id: number, row: HitRow, { subject, text, quoted, carried, files: all }: HitTexts, needles: readonly Sought[]): Found {
  const anywhere = needles.filter(({ within }) => within === 'all')
  const files = all.map((file) => ({ ...file, marks: marksOf(file.name, anywhere) }))
  return {
    id, row, subject, subjectMarks: subject === null ? [] : marksOf(subject, needles.filter(({ within }) => within === 'all' || within === 'subject')), snippet: snippetOf([text, ...quoted === null ? [] : [quoted], ...carried === '' ? [] : [carried]], anywhere),
    files: files.filter(({ marks }) => marks.length > 0 || files.length <= filesShown).slice(0, filesShown)
  }
}
