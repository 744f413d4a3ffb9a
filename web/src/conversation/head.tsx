import type { Conversation } from '#client'
import { useMemo, useState } from 'preact/hooks'
import { useLive } from '../hooks/use-live.ts'
import type { Observable } from '../hooks/use-live.ts'
import { useNow } from '../hooks/use-now.ts'
import { language, t } from '../i18n.ts'
import { archive, isMuted, move, mute, pin, turnRead } from '../inbox/leave.ts'
import { lastFolder } from '../inbox/mail.tsx'
import { Avatar } from '../message/avatar.tsx'
import { titleOf } from '../message/name.ts'
import { agoWords } from '../message/time.ts'
import { Why } from '../message/why.tsx'
import { useStore } from '../session.ts'
import { Dialog } from '../shell/dialog.tsx'
import { useKeys } from '../shell/keys.ts'
import { go } from '../shell/route.ts'
import { Members } from './members.tsx'

const nobody: Observable<null> = { value: null, subscribe: () => () => undefined }

/** Whom a conversation is with, whether they are there, why it is here, and what can be done with it. */
export function Head({ conversation, heading }: { conversation: Conversation, heading: { current: HTMLHeadingElement | null } }) {
  const store = useStore()
  const now = useNow()
  const seen = useLive(useMemo(() => conversation.contactId === undefined ? nobody : store.signals.presence(conversation.contactId), [store, conversation.contactId]))
  const { folder, from } = useLive(lastFolder)
  const [shows, setShows] = useState<'why' | 'members' | null>(null)
  const { contactId, folder: here, archivedAt, pinned, unread, because, kind, memberCount } = conversation
  const back = `/${folder}${folder === 'archive' && from === 'other' ? '?from=other' : ''}`
  const muted = isMuted(conversation, now)
  const name = titleOf(conversation) || t('inbox.nobody')
  const away = (doing: Promise<unknown>) => {
    void doing
    go(back)
  }
  useKeys({
    i: { does: 'conversation.keyWhy', run: () => setShows('why') },
    Escape: { does: 'conversation.keyBack', run: () => go(back) }
  })
  return (
    <header class="conversation-head">
      <a class="button button-quiet conversation-back" href={back} aria-label={t('conversation.back')}><span class="turns" aria-hidden="true">←</span></a>
      <Avatar name={name} contactId={contactId} />
      <div class="conversation-who">
        <h1 ref={heading} tabIndex={-1}>{contactId ? <a href={`/person/${contactId}?c=${conversation.id}`}><bdi>{name}</bdi></a> : <bdi>{name}</bdi>}</h1>
        <p class="quiet small">
          {kind === 'group' && <button type="button" class="link" onClick={() => setShows('members')}>{t('conversation.members', { count: memberCount })}</button>}
          {seen && <span class={`presence presence-${seen.presence}`}>{seen.presence === 'offline' && seen.lastSeenAt ? t('conversation.lastSeen', { ago: agoWords(seen.lastSeenAt, now, language()) }) : t(`conversation.presence.${seen.presence}`)}</span>}{' '}
          <button type="button" class="link" onClick={() => setShows('why')}>{t(`conversation.in.${here}`)}</button>
        </p>
      </div>
      <div class="row conversation-does" role="group" aria-label={t('conversation.does')}>
        <button type="button" class={here === 'other' ? 'button-small button-main' : 'button-small button-quiet'} onClick={() => away(move(store, conversation))}>{t(here === 'inbox' ? 'conversation.toOther' : 'conversation.toInbox')}</button>
        <button type="button" class="button-small button-quiet" onClick={() => away(archive(store, conversation))}>{t(archivedAt ? 'conversation.unarchive' : 'conversation.archive')}</button>
        <button type="button" class="button-small button-quiet" aria-pressed={pinned} onClick={() => pin(store, conversation)}>{t('conversation.pin')}</button>
        <button type="button" class="button-small button-quiet" aria-pressed={muted} onClick={() => mute(store, conversation, !muted)}>{t('conversation.mute')}</button>
        <button type="button" class="button-small button-quiet" onClick={() => turnRead(store, conversation).then(() => unread === 0 && go(back))}>{t(unread > 0 ? 'conversation.markRead' : 'conversation.markUnread')}</button>
      </div>
      {shows === 'why' && <Dialog title={t('message.why')} onClose={() => setShows(null)}><Why because={because} /></Dialog>}
      {shows === 'members' && <Dialog title={t('conversation.membersTitle')} onClose={() => setShows(null)}><Members id={conversation.id} /></Dialog>}
    </header>
  )
}
