import { Changes } from '../feed/append.ts'
import type { Wakeup } from '../feed/wakeup.ts'
import { dueDays, isEmpty } from '../model/digest.ts'
import type { DigestContent } from '../model/digest.ts'
import type { ChangeList } from '../model/event.ts'
import type { Clock, Log } from '../model/ports.ts'
import { digestDone, markRaised, newestMessage, newInStreams, newlyWaiting, setDigestDone } from '../store/digests.ts'
import type { DigestDone } from '../store/digests.ts'
import { settingsOf } from '../store/settings.ts'
import type { UserSettings } from '../store/settings.ts'
import type { Store } from '../store/store.ts'
import type { Reader, Writer } from '../store/tx.ts'
import { listUsers } from '../store/users.ts'
import { every } from './every.ts'
import type { Repeated } from './every.ts'
import { raised } from './raise.ts'

/** As many are named; the others are counted. */
const named = 10

type Deps = {
  store: Store
  clock: Clock
  log: Log
  wakeup: Pick<Wakeup, 'notify'>
  /** Where messages enter. */
  announce(tx: Writer, changes: ChangeList, userId: number, content: DigestContent, now: number): number
  /** The zone of users who have chosen none; the computer's unless told otherwise. */
  zone?: string
  everyMs?: number
}

/**
 * Each minute: whoever's hour has come is told, in one message in the inbox, who is new in the screener and who has waited for long; when there is nothing
 * to tell, nothing comes. The day is noted in the same transaction, so that a server that ends or starts again in between neither forgets nor repeats
 * it. Days on which the server did not run become one digest.
 */
export function digests({ store, clock, log, wakeup, announce, zone = Intl.DateTimeFormat().resolvedOptions().timeZone, everyMs = 60_000 }: Deps): Repeated {
  async function one(userId: number, createdAt: number): Promise<void> {
    const now = clock.now()
    const due = await store.read((tx) => found(tx, userId, createdAt, now, zone))
    if (!due) return
    await store.hot((tx) => {
      // The user may have turned it off meanwhile.
      const wanted = settingsOf(tx, userId).digest
      setDigestDone(tx, userId, due)
      if (!wanted || isEmpty(due.content)) return
      const changes = new Changes(userId)
      for (const { conversation } of due.content.raised) markRaised(tx, userId, conversation, now)
      announce(tx, changes, userId, due.content, now)
      changes.append(tx, now)
    }, 'bulk')
    wakeup.notify(userId)
  }

  return every(everyMs, log, 'a daily digest could not be made; tried again in a minute', async (stopping) => {
    for (const { id, createdAt } of await store.read(listUsers)) {
      if (stopping()) return
      await one(id, createdAt)
    }
  })
}

/** What is due; null: nothing now. */
function found(tx: Reader, userId: number, createdAt: number, now: number, zone: string): (DigestDone & { content: DigestContent }) | null {
  const settings = settingsOf(tx, userId)
  const dayAt = dueDays({ hour: settings.digestHour, zone: settings.timeZone ?? zone })
  const day = dayAt(now)
  const done = digestDone(tx, userId)
  if (day <= (done?.day ?? dayAt(createdAt))) return null
  const upTo = newestMessage(tx)
  return { day, upTo, content: contentOf(tx, userId, settings, { after: done?.upTo ?? 0, upTo }, now) }
}

function contentOf(tx: Reader, userId: number, { digest }: UserSettings, span: { after: number, upTo: number }, now: number): DigestContent {
  if (!digest) return { waiting: [], more: 0, raised: [], streams: [] }
  const lifted = raised(tx, userId, now)
  const { waiting, all } = newlyWaiting(tx, userId, span, named)
  return { waiting, more: all - waiting.length, raised: lifted, streams: newInStreams(tx, userId, span) }
}
