import type { Conversation } from '#client'
import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks'
import '../styles/inbox.css'
import { useLive } from '../hooks/use-live.ts'
import { useNow } from '../hooks/use-now.ts'
import { t } from '../i18n.ts'
import { useChosen } from '../list/chosen.ts'
import { VirtualList } from '../list/virtual-list.tsx'
import type { ListHandle } from '../list/virtual-list.tsx'
import { useStore } from '../session.ts'
import { announce } from '../shell/announce.ts'
import { useKeys } from '../shell/keys.ts'
import { go } from '../shell/route.ts'
import { FirstDay } from '../welcome/first-day.tsx'
import { archive, isMuted, move, mute, pin, turnRead } from './leave.ts'
import { Lot } from './lot.tsx'
import { ConversationRow } from './row.tsx'

export type FolderName = 'inbox' | 'other' | 'archive'

const rowHeight = () => 72
const keyOf = ({ id }: Conversation) => id

/** So far down a list somebody is led back to where they were. */
const mostPagesBack = 4

/** The conversations of a folder, newest first. `open` is the one that is shown beside it; a list that takes the place of `cameFrom` begins there. */
export function Folder({ folder, from, open, cameFrom }: { folder: FolderName, from: 'inbox' | 'other', open: string | null, cameFrom: string | null }) {
  const store = useStore()
  const now = useNow()
  const list = useRef<ListHandle>(null)
  const window = useMemo(() => store.conversations(folder === 'archive' ? { folder: from, archived: true } : { folder }), [store, folder, from])
  const { items, state, error, more } = useLive(window)
  const back = useRef(open === null && cameFrom !== null ? { id: cameFrom, pages: 0 } : null)
  useEffect(() => {
    const to = back.current
    if (!to || state !== 'ready') return
    if (!list.current?.show(to.id, { at: 'middle', focus: true }) && more && ++to.pages < mostPagesBack) return void window.loadMore()
    back.current = null
  }, [state, items])
  const sorted = useMemo(() => [...items.filter(({ pinned }) => pinned), ...items.filter(({ pinned }) => !pinned)], [items])
  const chosen = useChosen(useMemo(() => sorted.map(keyOf), [sorted]))
  const count = chosen.ids.length
  useEffect(() => () => {
    window.close()
    chosen.none()
  }, [window])
  useEffect(() => {
    if (count > 0) announce(t('inbox.chosen', { count }))
  }, [count])

  /** Where the keyboard is: the row with the focus, else the open one. */
  const row = (): string | null => document.activeElement?.closest<HTMLElement>('.folder [data-row]')?.dataset.row ?? open
  const at = (): number => {
    const key = row()
    return sorted.findIndex(({ id }) => id === key)
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
  const leave = (some: readonly string[]) => {
    const last = sorted.findLastIndex(({ id }) => some.includes(id))
    const stays = ({ id }: Conversation) => !some.includes(id)
    const next = sorted.slice(last).find(stays) ?? sorted.slice(0, last).findLast(stays)
    if (open !== null && some.includes(open)) go(next ? `/c/${next.id}` : `/${folder}`)
    else if (next) list.current?.show(next.id, { focus: true })
    else document.getElementById('folder-title')?.focus()
  }
  const leaving = (doing: (conversation: Conversation) => unknown) => here((one) => {
    doing(one)
    leave([one.id])
  })
  /** From the row with the focus to the one beside it. Elsewhere these keys mark text. */
  const reach = (by: number) => () => {
    const [from, next] = [sorted[at()], sorted[at() + by]]
    if (!document.activeElement?.closest('.folder')) return false
    if (!from || !next) return
    chosen.upTo(next.id, from.id)
    list.current?.show(next.id, { focus: true })
  }
  const toFirst = () => {
    if (!document.activeElement?.closest('.folder [data-row]')) list.current?.show(chosen.ids[0]!, { focus: true })
  }
  useKeys({
    j: { does: 'inbox.keyNext', run: () => step(1) },
    k: { does: 'inbox.keyPrevious', run: () => step(-1) },
    o: { does: 'inbox.keyOpen', run: here(({ id }) => go(`/c/${id}`)) },
    e: { does: 'inbox.keyArchive', run: leaving((one) => archive(store, one)) },
    m: { does: 'inbox.keyMove', run: leaving((one) => move(store, one)) },
    'shift+p': { does: 'inbox.keyPin', run: here((one) => void pin(store, one)) },
    u: { does: 'inbox.keyRead', run: here((one) => void turnRead(store, one)) },
    'shift+m': { does: 'inbox.keyMute', run: here((one) => void mute(store, one, !isMuted(one, now))) },
    x: { does: 'inbox.keyChoose', run: here(({ id }) => chosen.turn(id)) },
    'shift+ArrowDown': { does: 'inbox.keyRange', run: reach(1) },
    'shift+ArrowUp': { does: 'inbox.keyRange', run: reach(-1) },
    '*': { does: 'inbox.chooseAll', run: chosen.all },
    c: { does: 'inbox.keyCompose', run: () => go('/new') }
  })

  const choose = (id: string, range: boolean) => range ? chosen.upTo(id, row() ?? id) : chosen.turn(id)
  const draw = useCallback((conversation: Conversation) => <ConversationRow conversation={conversation} open={conversation.id === open} now={now} chosen={chosen.marked.has(conversation.id)} onChoose={choose} />, [open, now, chosen.marked])

  if (state === 'error' && items.length === 0) return <div class="folder-empty note note-bad" role="alert"><p>{error?.message}</p></div>
  if (state === 'loading' && items.length === 0) return <p class="folder-empty quiet waits">{t('conversation.loading')}</p>
  if (state === 'ready' && items.length === 0) return <Empty folder={folder} />
  return (
    <>
      <VirtualList
        class={count > 0 ? 'folder-rows choosing' : 'folder-rows'} handle={list} items={sorted} keyOf={keyOf} guess={rowHeight} role="list" label={t(`inbox.list.${folder}`)} busy={state === 'loading'}
        nearEnd={more && state !== 'error' ? () => void window.loadMore() : undefined}
        row={draw}
      />
      {count > 0 && (
        <Lot
          chosen={sorted.filter(({ id }) => chosen.marked.has(id))} onAll={chosen.all}
          onDone={(leaves) => {
            if (leaves) leave(chosen.ids)
            else toFirst()
            chosen.none()
          }}
          onBack={() => {
            if (document.activeElement === document.body) list.current?.show(chosen.ids[0]!, { focus: true })
          }}
          onNone={() => {
            toFirst()
            chosen.none()
            announce(t('inbox.chosen', { count: 0 }))
          }}
        />
      )}
    </>
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
