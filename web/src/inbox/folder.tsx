import type { Conversation } from '#client'
import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks'
import '../styles/inbox.css'
import { useLive } from '../hooks/use-live.ts'
import { useNow } from '../hooks/use-now.ts'
import { t } from '../i18n.ts'
import { VirtualList } from '../list/virtual-list.tsx'
import type { ListHandle } from '../list/virtual-list.tsx'
import { useStore } from '../session.ts'
import { useKeys } from '../shell/keys.ts'
import { go } from '../shell/route.ts'
import { FirstDay } from '../welcome/first-day.tsx'
import { archive, isMuted, move, mute, pin, turnRead } from './leave.ts'
import { ConversationRow } from './row.tsx'

export type FolderName = 'inbox' | 'other' | 'archive'

const rowHeight = () => 72
const keyOf = ({ id }: Conversation) => id

/** The conversations of a folder, newest first. `open` is the one that is shown beside it. */
export function Folder({ folder, from, open }: { folder: FolderName, from: 'inbox' | 'other', open: string | null }) {
  const store = useStore()
  const now = useNow()
  const list = useRef<ListHandle>(null)
  const window = useMemo(() => store.conversations(folder === 'archive' ? { folder: from, archived: true } : { folder }), [store, folder, from])
  useEffect(() => () => window.close(), [window])
  const { items, state, error, more } = useLive(window)
  const sorted = useMemo(() => [...items.filter(({ pinned }) => pinned), ...items.filter(({ pinned }) => !pinned)], [items])

  /** Where the keyboard is: the row with the focus, else the open one. */
  const at = (): number => {
    const row = document.activeElement?.closest<HTMLElement>('.folder [data-row]')?.dataset.row ?? open
    return sorted.findIndex(({ id }) => id === row)
  }
  const step = (by: number) => {
    const place = at()
    const next = sorted[place < 0 ? 0 : Math.min(sorted.length - 1, Math.max(0, place + by))]
    if (!next) return
    if (open !== null && !document.activeElement?.closest('.folder')) go(`/c/${next.id}`)
    else list.current?.show(next.id, { focus: true })
  }
  const here = (doing: (conversation: Conversation) => void) => () => {
    const one = sorted[at()]
    if (one) doing(one)
  }
  /** What leaves the list hands the focus to its neighbour; what was open is closed for the next one. */
  const leaving = (doing: (conversation: Conversation) => unknown) => here((one) => {
    const place = sorted.indexOf(one)
    const next = sorted[place + 1] ?? sorted[place - 1]
    doing(one)
    if (one.id === open) go(next ? `/c/${next.id}` : `/${folder}`)
    else if (next) list.current?.show(next.id, { focus: true })
  })
  useKeys({
    j: { does: 'inbox.keyNext', run: () => step(1) },
    k: { does: 'inbox.keyPrevious', run: () => step(-1) },
    o: { does: 'inbox.keyOpen', run: here(({ id }) => go(`/c/${id}`)) },
    e: { does: 'inbox.keyArchive', run: leaving((one) => archive(store, one)) },
    m: { does: 'inbox.keyMove', run: leaving((one) => move(store, one)) },
    'shift+p': { does: 'inbox.keyPin', run: here((one) => void pin(store, one)) },
    u: { does: 'inbox.keyRead', run: here((one) => void turnRead(store, one)) },
    'shift+m': { does: 'inbox.keyMute', run: here((one) => void mute(store, one, !isMuted(one, now))) },
    c: { does: 'inbox.keyCompose', run: () => go('/new') }
  })

  const row = useCallback((conversation: Conversation) => <ConversationRow conversation={conversation} open={conversation.id === open} now={now} />, [open, now])

  if (state === 'error' && items.length === 0) return <div class="folder-empty note note-bad" role="alert"><p>{error?.message}</p></div>
  if (state === 'ready' && items.length === 0) return <Empty folder={folder} />
  return (
    <VirtualList
      class="folder-rows" handle={list} items={sorted} keyOf={keyOf} guess={rowHeight} role="list" label={t(`inbox.list.${folder}`)} busy={state === 'loading'}
      nearEnd={more && state !== 'error' ? () => void window.loadMore() : undefined}
      row={row}
    />
  )
}

/** An empty folder says why it is, and what to do. */
function Empty({ folder }: { folder: FolderName }) {
  const accounts = useLive(useStore().accounts)
  const first = folder === 'inbox' && accounts?.length === 0
  return (
    <div class="folder-empty">
      <h3>{t(first ? 'inbox.empty.firstTitle' : `inbox.empty.${folder}Title`)}</h3>
      <p class="quiet">{t(first ? 'inbox.empty.first' : `inbox.empty.${folder}`)}</p>
      {first && <a class="button button-main" href="/accounts">{t('inbox.empty.connect')}</a>}
      {folder === 'inbox' && accounts && accounts.length > 0 && <FirstDay accounts={accounts} />}
    </div>
  )
}
