/** Answers searches in a thread of its own, down to the JSON, so that a hard one holds up no socket: the other end of searcher.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { openSearchFiles } from '../store/search-file.ts'
import type { SearchFiles } from '../store/search-file.ts'
import { answer } from '../derived/answer.ts'
import { SearchRefused } from '../derived/match.ts'
import type { SearchRequest } from '../derived/search.ts'
import { getContact } from '../store/contacts.ts'
import type { Reader } from '../store/tx.ts'
import { contactOf } from './present/contact.ts'
import { hitsOf } from './present/hit.ts'
import type { SearchPage } from './searcher.ts'

export type ToSearch = { id: number, request: SearchRequest } | { stop: true }
export type FromSearch = { id: number, page: SearchPage } | { id: number, error: string, refused: boolean }

const port = parentPort
if (!port) throw new Error('search-worker.ts runs as a worker only')
const { folder } = workerData as { folder: string }
const opened: { files: SearchFiles | null } = { files: null }

port.on('message', (message: ToSearch) => {
  if ('stop' in message) {
    opened.files?.close()
    port.close()
    return
  }
  const { id, request } = message
  try {
    opened.files ??= openSearchFiles(folder)
    port.postMessage({ id, page: opened.files.read((main, index) => pageOf(main, index, request)) } satisfies FromSearch)
  } catch (error) {
    const refused = error instanceof SearchRefused
    // Whatever is wrong with the files may be over with the next try.
    if (!refused) {
      opened.files?.close()
      opened.files = null
    }
    port.postMessage({ id, error: error instanceof Error ? error.message : String(error), refused } satisfies FromSearch)
  }
})

function pageOf(main: Reader, index: Reader, request: SearchRequest): SearchPage {
  const { hits, people, next } = answer(main, index, request)
  const contacts = people.flatMap((id) => getContact(main, request.userId, id) ?? [])
  return { items: JSON.stringify(hitsOf(main, request.userId, hits)), people: JSON.stringify(contacts.map((contact) => contactOf(main, contact))), next }
}
