import type { Conversation } from '#client'
import { language, t } from '../i18n.ts'
import { Avatar } from '../message/avatar.tsx'
import { ChannelSign } from '../message/channel.tsx'
import { nameOf, titleOf } from '../message/name.ts'
import { fullTime, listTime } from '../message/time.ts'
import { useSaid } from '../said/said.ts'
import { isMuted } from './leave.ts'

/** One conversation in a list: who, what last, when, by what, how many unread. With `onChoose` it can be chosen on its picture, or with Shift; `range`: and all from the last one to it. */
export function ConversationRow({ conversation, open, now, chosen = false, onChoose }: { conversation: Conversation, open: boolean, now: Date, chosen?: boolean, onChoose?(id: string, range: boolean): void }) {
  const said = useSaid()
  const { id, kind, unread, lastMessage, lastAt, pinned, because, folder, blocked, contactId } = conversation
  const title = titleOf(conversation) || t('inbox.nobody')
  const writer = !lastMessage ? '' : lastMessage.direction === 'out' ? t('inbox.you') : kind === 'person' ? '' : nameOf(lastMessage.sender)
  const failed = lastMessage?.status === 'failed' || lastMessage?.status === 'uncertain'
  return (
    <>
      <a
        data-focus href={`/c/${id}`} class={`conversation-row${unread ? ' conversation-unread' : ''}${chosen ? ' conversation-chosen' : ''}`} aria-current={open ? 'true' : undefined} title={said(because.text)}
        onMouseDown={(event) => onChoose && event.shiftKey && event.preventDefault()}
        onClick={(event) => {
          if (!onChoose || !event.shiftKey) return
          event.preventDefault()
          onChoose(id, true)
          event.currentTarget.focus()
        }}
      >
        <Avatar name={title} contactId={contactId} />
        <span class="conversation-lines">
          <span class="conversation-top">
            <span class="conversation-name"><bdi>{title}</bdi></span>
            {pinned && <span class="conversation-pin">📌<span class="for-readers">{t('inbox.pinned')}</span></span>}
            {isMuted(conversation, now) && <span class="conversation-pin">🔕<span class="for-readers">{t('inbox.muted')}</span></span>}
            {lastAt && <time class="conversation-time" dateTime={lastAt} title={fullTime(lastAt, language())}>{listTime(lastAt, now, language())}</time>}
          </span>
          <span class="conversation-bottom">
            <span class="conversation-preview">{writer && <bdi>{writer}: </bdi>}<bdi>{lastMessage?.preview || t('inbox.noText')}</bdi></span>
            {failed && <span class="bad">! <span class="for-readers">{t('inbox.notSent')}</span></span>}
            {lastMessage && <ChannelSign channel={lastMessage.channel} />}
            {unread > 0 && <span class="badge">{unread}<span class="for-readers"> {t('inbox.unread')}</span></span>}
          </span>
          {(folder === 'other' || blocked) && <span class="conversation-why quiet small" dir="auto">{said(because.text)}</span>}
        </span>
      </a>
      {onChoose && <input type="checkbox" class="conversation-pick" tabIndex={-1} checked={chosen} aria-label={t('screener.choose', { name: title })} onClick={({ shiftKey }) => onChoose(id, shiftKey)} />}
    </>
  )
}
