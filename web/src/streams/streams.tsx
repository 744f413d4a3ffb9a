import { useState } from 'preact/hooks'
import '../styles/inbox.css'
import { useFetched } from '../hooks/use-fetched.ts'
import { useNow } from '../hooks/use-now.ts'
import { ConversationRow } from '../inbox/row.tsx'
import { t } from '../i18n.ts'
import type { ScreenProps } from '../routes.ts'
import { errorWords } from '../shell/error-words.ts'
import { Page } from '../shell/page.tsx'

const known = ['lists', 'newsletters', 'receipts', 'notifications', 'spam']

/** What a stream is called: the usual ones in the user's language, their own as they named them. */
function streamWords(stream: string): string {
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
  const [limit, setLimit] = useState(50)
  const { value, error } = useFetched((client) => client.call('conversation.list', { folder: 'other', stream, limit }), { on: ['conversation.changed', 'conversation.removed', 'rule.changed', 'rule.removed'], key: String(limit) })
  return (
    <>
      {error !== undefined && <p class="note note-bad" role="alert">{errorWords(error)}</p>}
      {value?.items.length === 0 && <p class="quiet">{t('streams.empty')}</p>}
      <ul class="plain">{value?.items.map((conversation) => <li key={conversation.id}><ConversationRow conversation={conversation} open={false} now={now} /></li>)}</ul>
      {value?.nextCursor && limit < 200 && <button type="button" onClick={() => setLimit(200)}>{t('streams.more')}</button>}
    </>
  )
}
