import { useLayoutEffect, useRef } from 'preact/hooks'
import '../styles/inbox.css'
import { cell } from '../hooks/observable.ts'
import { useLive } from '../hooks/use-live.ts'
import { useMedia } from '../hooks/use-media.ts'
import { t } from '../i18n.ts'
import type { ScreenProps } from '../routes.ts'
import { place } from '../shell/route.ts'
import { useStore } from '../session.ts'
import { NewConversation } from '../composer/new.tsx'
import { ConversationPane } from '../conversation/pane.tsx'
import { Folder } from './folder.tsx'
import type { FolderName } from './folder.tsx'
import { useArrivals } from './use-arrivals.ts'

/** The folder that was looked at last: it stays beside a conversation, and closing one leads back to it. */
export const lastFolder = cell<{ folder: FolderName, from: 'inbox' | 'other' }>({ folder: 'inbox', from: 'inbox' })

const folderAt = (path: string): FolderName | null => (['inbox', 'other', 'archive'] as const).find((one) => path === '/' + one) ?? null

/** A folder and, beside it or on a phone in its place, one conversation. */
export function MailScreen({ params, query }: ScreenProps) {
  const { path } = useLive(place)
  const wide = useMedia('(min-width: 60rem)')
  const counts = useLive(useStore().counts)
  const here = folderAt(path)
  const from = query.get('from') === 'other' ? 'other' : 'inbox'
  if (here && (lastFolder.value.folder !== here || lastFolder.value.from !== from)) lastFolder.set({ folder: here, from })
  const shown = useLive(lastFolder)
  const heading = useRef<HTMLHeadingElement>(null)
  const open = params.id ?? null
  const writing = path === '/new'
  const before = useRef<string | null>(null)
  useLayoutEffect(() => { before.current = open })
  useArrivals(open)
  const unread = shown.folder === 'archive' ? 0 : counts?.[shown.folder] ?? 0
  const title = t(`inbox.title.${shown.folder}`)
  const Title = here ? 'h1' : 'h2'

  useLayoutEffect(() => {
    if (!here) return
    document.title = `${title} · Kinbox`
    if (!heading.current?.closest('main')?.contains(document.activeElement)) heading.current?.focus({ preventScroll: true })
  }, [path, title])

  return (
    <div class={here ? 'mail mail-list' : 'mail mail-one'}>
      {(wide || here) && (
        <section class="folder" aria-labelledby="folder-title">
          <div class="folder-head">
            <Title id="folder-title" ref={heading} tabIndex={-1}>{title}</Title>
            {unread > 0 && <span class="badge">{unread}<span class="for-readers"> {t('inbox.unread')}</span></span>}
            <a class="button button-small button-main folder-new" href="/new">{t('inbox.write')}</a>
          </div>
          {shown.folder === 'archive' && (
            <p class="row folder-from">
              {(['inbox', 'other'] as const).map((one) => <a key={one} class="button button-small" href={one === 'inbox' ? '/archive' : '/archive?from=other'} aria-current={shown.from === one ? 'page' : undefined}>{t(`inbox.title.${one}`)}</a>)}
            </p>
          )}
          <Folder folder={shown.folder} from={shown.from} open={open} cameFrom={before.current} />
        </section>
      )}
      {writing ? <NewConversation /> : open !== null ? <ConversationPane key={open} id={open} query={query} /> : wide && <p class="mail-none quiet">{t('inbox.chooseOne')}</p>}
    </div>
  )
}
