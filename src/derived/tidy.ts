import type { IndexFile } from '../store/search-file.ts'
import { partsOf, tidy } from '../store/search-index.ts'

/** Pages that are written at once: some ten milliseconds. */
const pagesAStep = 200
const fewest = 4

/**
 * Joins the parts of the users' indexes, each time until the next step is asked for: many parts are what much new mail leaves behind, and
 * every search reads all of them. An index that is nearly one part is left alone: to write it again for little would never end.
 */
export function* tidying({ tx, transaction }: Pick<IndexFile, 'tx' | 'transaction'>, userIds: readonly number[]): Generator<void, void, void> {
  for (const userId of userIds) {
    for (const table of ['doc', 'begin'] as const) {
      if (!scattered(partsOf(tx, userId, table))) continue
      for (let begin = true; transaction(() => tidy(tx, userId, table, { pages: pagesAStep, begin })); begin = false) yield
    }
  }
}

function scattered(sizes: readonly number[]): boolean {
  const all = sizes.reduce((sum, size) => sum + size, 0)
  return sizes.length >= fewest && Math.max(...sizes) < all * 0.8
}
