import type { Blobs } from '../../blobs/blobs.ts'
import { Changes } from '../../feed/append.ts'
import type { Wakeup } from '../../feed/wakeup.ts'
import type { Clock, Log } from '../../model/ports.ts'
import { attachmentsAfter, setThumbnail } from '../../store/attachments.ts'
import { placeOf, setPlace } from '../../store/followers.ts'
import type { Store } from '../../store/store.ts'
import { openThumbnailer } from './make.ts'
import type { Thumbnailer } from './make.ts'

export type Thumbnails = {
  start(): void
  stop(): Promise<void>
}

const follower = 'thumbnails'
const page = 50
const largest = 64 * 1024 * 1024
const pausedMs = 60_000

/**
 * Small pictures of attachments, made after the commit: follows the log, and looks at each attachment once, in the order they were
 * stored. Its place and what it made are one transaction; the message is told of as changed. Trouble is tried again in a minute.
 */
export function thumbnails({ store, blobs, wakeup, clock, log, maker = openThumbnailer() }: { store: Store, blobs: Blobs, wakeup: Wakeup, clock: Clock, log: Log, maker?: Thumbnailer }): Thumbnails {
  let running: Promise<void> | null = null
  let again = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let unwatch = () => {}

  async function follow(): Promise<void> {
    for (;;) {
      const next = await store.read((tx) => attachmentsAfter(tx, placeOf(tx, follower), page))
      if (next.length === 0 || stopped) return
      for (const one of next) {
        const made = picture(one) ? await maker.make(blobs.path(one.digest)) : null
        if (stopped) return
        if (made) await keep(one, made)
        else if (one === next.at(-1)) await store.hot((tx) => setPlace(tx, follower, one.id), 'bulk')
      }
    }
  }

  async function keep({ id, userId }: { id: number, userId: number }, { bytes, width, height }: { bytes: Uint8Array, width: number, height: number }): Promise<void> {
    const digest = await blobs.put(bytes)
    await blobs.sync()
    await store.hot((tx) => {
      const changes = new Changes(userId)
      setThumbnail(tx, changes, id, { digest, size: bytes.length, width, height })
      setPlace(tx, follower, id)
      if (!changes.empty) changes.append(tx, clock.now())
    }, 'bulk')
    wakeup.notify(userId)
  }

  function wake(): void {
    again = true
    running ??= (async () => {
      while (again && !stopped) {
        again = false
        await follow()
      }
    })().catch((error: unknown) => {
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'small pictures could not be made; tried again in a minute')
      again = false
      timer = setTimeout(wake, pausedMs).unref()
    }).finally(() => {
      running = null
      if (again && !stopped) wake()
    })
  }

  return {
    start() {
      unwatch = wakeup.watch(wake)
      wake()
    },
    async stop() {
      stopped = true
      unwatch()
      clearTimeout(timer)
      maker.stop()
      await running
    }
  }
}

const picture = ({ contentType, size }: { contentType: string, size: number }) => /^image\/(?!svg)/.test(contentType) && size > 0 && size <= largest
