import { t } from '../i18n.ts'

const examples = ['summer trip', '"summer trip"', 'clim*', '-newsletter', 'from:alice', 'to:bob', 'with:carol', 'subject:boat', 'in:inbox', 'channel:sms', 'has:file', 'has:image', 'is:unread', 'after:2026-01', 'before:7d']

/** What can be asked for, each example at a click. */
export function Help({ onTake }: { onTake(example: string): void }) {
  return (
    <div class="search-help">
      <h2>{t('search.helpTitle')}</h2>
      <p class="quiet">{t('search.help')}</p>
      <dl>
        {examples.map((example) => (
          <div key={example} class="search-example">
            <dt><button type="button" class="button-small" onClick={() => onTake(example)}><code>{example}</code></button></dt>
            <dd>{t(`search.example.${example.replace(/[^a-z]+/gi, '_')}`)}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
