/** Answers searches in a thread of its own, so that a hard one holds up no socket: the other end of searcher.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { openSearchFiles } from '../store/search-file.ts'
import type { SearchFiles } from '../store/search-file.ts'
import { answer } from './answer.ts'
import type { SearchAnswer } from './answer.ts'
import { SearchRefused } from './match.ts'
import type { SearchRequest } from './search.ts'

export type ToSearch = { id: number, request: SearchRequest } | { stop: true }
/** `answer` is a SearchAnswer as JSON: the server's own thread reads that three times as fast as a copy of the objects. */
export type FromSearch = { id: number, answer: string } | { id: number, error: string, refused: boolean }

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
    const found: SearchAnswer = opened.files.read((main, index) => answer(main, index, request))
    port.postMessage({ id, answer: JSON.stringify(found) } satisfies FromSearch)
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
