import { followOf } from '../store/search-index.ts'
import type { Reader } from '../store/tx.ts'
import { foundIn } from './found.ts'
import type { Found } from './found.ts'
import { needlesOf } from './needles.ts'
import { peopleOf } from './people.ts'
import { search } from './search.ts'
import type { SearchRequest } from './search.ts'

/** A page of hits, and on the first page the people (ids of contacts) who are called so. `next`: see `search`. */
export type SearchAnswer = { hits: Found[], people: number[], next: number[] | null }

/** All of a search that takes time: what is found, and where in it; nothing for a user whom the index does not know yet. Throws SearchRefused. */
export function answer(main: Reader, index: Reader, request: SearchRequest): SearchAnswer {
  if (!followOf(index, request.userId)) return { hits: [], people: [], next: null }
  const { hits, next } = search(main, index, request)
  const needles = needlesOf(request.terms)
  return { hits: hits.map((hit) => foundIn(hit, needles)), people: request.cursor === null ? peopleOf(main, index, request.userId, request.terms) : [], next }
}
