import type { Attempt, Message } from '#client'
import { act } from '../hooks/act.ts'
import { t } from '../i18n.ts'
import { useSaid } from '../said/said.ts'
import { useClient } from '../session.ts'

const signs: Record<Attempt['status'], string> = { queued: '◷', sending: '◷', uncertain: '?', sent: '✓', delivered: '✓✓', read: '✓✓', failed: '✕', cancelled: '∅' }

/** What became of something that was sent, in a sign and a word. */
export function StatusWord({ status }: { status: Attempt['status'] }) {
  return <span class={`status status-${status}`}><span aria-hidden="true">{signs[status]}</span> {t(`message.status.${status}`)}</span>
}

/** What became of a message, and what the user can do about it. */
export function Status({ message }: { message: Message }) {
  const client = useClient()
  const said = useSaid()
  const { status, attempts = [], id } = message
  if (!status) return null
  const uncertain = attempts.filter((one) => one.status === 'uncertain')
  const errors = [...new Set(attempts.flatMap((one) => (one.error ? [one.error.text] : [])))]
  const resolve = (outcome: 'sent' | 'failed' | 'retry') => act(Promise.all(uncertain.map((one) => client.call('outbox.resolve', { attemptId: one.id, outcome }))))
  return (
    <div class="message-status">
      <StatusWord status={status} />
      {errors.map((text) => <p key={text} class={status === 'failed' ? 'bad small' : 'quiet small'} dir="auto">{said(text)}</p>)}
      {status === 'failed' && <button type="button" class="button-small" onClick={() => act(client.call('message.retry', { id }))}>{t('message.retry')}</button>}
      {status === 'queued' && attempts.length > 0 && <button type="button" class="button-small" onClick={() => act(client.call('message.cancel', { id }))}>{t('message.cancel')}</button>}
      {uncertain.length > 0 && (
        <div class="note note-warn">
          <p>{t('message.uncertain')}</p>
          <div class="row">
            <button type="button" class="button-small" onClick={() => resolve('sent')}>{t('message.arrived')}</button>
            <button type="button" class="button-small" onClick={() => resolve('retry')}>{t('message.sendAgain')}</button>
            <button type="button" class="button-small" onClick={() => resolve('failed')}>{t('message.letGo')}</button>
          </div>
        </div>
      )}
    </div>
  )
}
