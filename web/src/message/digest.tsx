import type { Message } from '#client'
import { language, t } from '../i18n.ts'
import { fullTime } from './time.ts'

type Told = NonNullable<Message['digest']>

/** What Kinbox itself tells about Other: who waits, to open them; and the streams. */
export function Digest({ digest: { waiting, more, raised, streams } }: { digest: Told }) {
  const known = ['lists', 'newsletters', 'receipts', 'notifications', 'spam']
  return (
    <div class="stack">
      {raised.length > 0 && <section><p>{t('digest.raised')}</p><Entries of={raised} /></section>}
      {waiting.length + more > 0 && (
        <section>
          <p>{t('digest.waiting', { count: waiting.length + more })}</p>
          <Entries of={waiting} />
          <p><a href="/screener">{t('digest.screener')}</a></p>
        </section>
      )}
      {streams.length > 0 && <p><a href="/streams">{t('digest.streams')}</a> {streams.map(({ stream, conversations }) => `${known.includes(stream) ? t(`streams.names.${stream}`) : stream} ${conversations}`).join(', ')}</p>}
    </div>
  )
}

function Entries({ of }: { of: Told['waiting'] }) {
  return <ul>{of.map(({ conversationId, shown, since }) => <li key={conversationId}><a href={`/c/${conversationId}`}><bdi>{shown}</bdi></a> <time class="quiet small" dateTime={since}>{fullTime(since, language())}</time></li>)}</ul>
}
