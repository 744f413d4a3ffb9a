import { useEffect, useMemo } from 'preact/hooks'
import '../styles/inbox.css'
import { useFetched } from '../hooks/use-fetched.ts'
import { useLive } from '../hooks/use-live.ts'
import { useNow } from '../hooks/use-now.ts'
import { ConversationRow } from '../inbox/row.tsx'
import { t } from '../i18n.ts'
import type { ScreenProps } from '../routes.ts'
import { useStore } from '../session.ts'
import { errorWords } from '../shell/error-words.ts'
import { Page } from '../shell/page.tsx'

/** The streams that are always there. */
export const known: readonly string[] = ['lists', 'newsletters', 'receipts', 'notifications', 'spam']

/** What a stream is called: the usual ones in the user's language, their own as they named them. */
export function streamWords(stream: string): string {
  return known.includes(stream) ? t(`streams.names.${stream}`) : stream
}

/** /streams: what machines and lists send, kept apart; `?s=` opens one. */
export function StreamsScreen({ query }: ScreenProps) {
  const open = query.get('s')
  const { value, error } = useFetched((client) => client.call('stream.list', {}), { on: ['conversation.changed', 'counts.changed', 'rule.changed', 'rule.removed'] })
  return (
    <Page title={open === null ? t('shell.streams') : streamWords(open)}>
      {error !== undefined && <p class="note note-bad" role="alert">{errorWords(error)}</p>}
      <nav class="tabs" aria-label={t('shell.streams')}>
        {value?.items.map(({ stream, conversations, unread }) => (
          <a key={stream} href={`/streams?s=${encodeURIComponent(stream)}`} aria-current={stream === open ? 'page' : undefined}>
            {streamWords(stream)} <span class="quiet small">{t('streams.holds', { count: conversations, unread })}</span>
          </a>
        ))}
      </nav>
      {open === null && <p class="quiet">{value?.items.length === 0 ? t('streams.none') : t('streams.what')}</p>}
      {open !== null && <Stream key={open} stream={open} />}
    </Page>
  )
}

function Stream({ stream }: { stream: string }) {
  const now = useNow()
  const store = useStore()
  const window = useMemo(() => store.conversations({ folder: 'other', stream }), [store, stream])
  useEffect(() => () => window.close(), [window])
  const { items, state, error, more } = useLive(window)
  return (
    <>
      {error && <p class="note note-bad" role="alert">{errorWords(error)}</p>}
      {state === 'ready' && items.length === 0 && <p class="quiet">{t('streams.empty')}</p>}
      <ul class="plain" aria-busy={state === 'loading'}>{items.map((conversation) => <li key={conversation.id}><ConversationRow conversation={conversation} open={false} now={now} /></li>)}</ul>
      {more && <button type="button" onClick={() => void window.loadMore()}>{t('streams.more')}</button>}
    </>
  )
}
