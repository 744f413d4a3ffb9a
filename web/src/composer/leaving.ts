import type { Inbox, Message, Params } from '#client'
import { KinboxError } from '#client'
import { cell } from '../hooks/observable.ts'
import { errorWords } from '../shell/error-words.ts'
import { toast } from '../shell/toast.tsx'
import { t } from '../i18n.ts'
import { drafts, joined } from './drafts.ts'
import type { Draft } from './drafts.ts'

type Request = Params<'message.send'> & { clientId: string }
type Leaving = { place: string, draft: Draft, request: Request }

/** Goes off with the drafts when somebody else signs in, or the user signs out. */
const prefix = 'kinbox.draft.leaving.'
/** What was refused, for the composer that it came from, which says `taken`. */
export const returned = cell<{ place: string, draft: Draft, taken: boolean } | null>(null)

const shelfOf = (place: string): Storage => place === 'new' ? sessionStorage : localStorage

/**
 * Hands a message to the server and keeps it in this browser until there is an answer, so that it survives a page that is closed or a session that ends
 * meanwhile. What is refused goes back to where it was written, and the promise rejects as `message.send` does.
 */
export async function leave(store: Inbox, leaving: Leaving): Promise<Message> {
  const { place, draft, request } = leaving
  const shelf = shelfOf(place)
  const key = prefix + request.clientId
  try {
    shelf.setItem(key, JSON.stringify(leaving))
  } catch {
    // Full, or forbidden: it lives as long as the page does.
  }
  try {
    const message = await store.send(request)
    shelf.removeItem(key)
    return message
  } catch (error) {
    // Nobody is signed in any more: it goes when they are again.
    if (error instanceof KinboxError && error.kind === 'unauthenticated') throw error
    shelf.removeItem(key)
    const back = { place, draft, taken: false }
    returned.set(back)
    if (!back.taken) {
      const kept = drafts(shelf)
      kept.put(place, joined(draft, kept.get(place)))
      toast({ text: t('message.failedAct', { why: errorWords(error) }) })
    }
    throw error
  }
}

/** Asks again for what this browser never had an answer to. With the same clientId it is sent once, however often it is asked for. */
export function leaveAgain(store: Inbox): void {
  for (const shelf of [localStorage, sessionStorage]) {
    for (const key of Object.keys(shelf).filter((one) => one.startsWith(prefix)).sort()) {
      try {
        void leave(store, JSON.parse(shelf.getItem(key) ?? '') as Leaving).catch(() => undefined)
      } catch {
        shelf.removeItem(key)
      }
    }
  }
}
