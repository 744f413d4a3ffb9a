import type { Message } from '#client'
import { useState } from 'preact/hooks'
import { act } from '../hooks/act.ts'
import { MailFrame } from '../html/frame.tsx'
import { language, t } from '../i18n.ts'
import { useClient } from '../session.ts'
import { Avatar } from './avatar.tsx'
import { Cards } from './cards/cards.tsx'
import { ChannelSign } from './channel.tsx'
import { Digest } from './digest.tsx'
import { Details } from './details.tsx'
import { Files } from './files.tsx'
import { nameOf } from './name.ts'
import { ProofSign, Warnings } from './proof.tsx'
import { Reactions } from './reactions.tsx'
import { Status } from './status.tsx'
import { Text } from './text.tsx'
import { Unsubscribe } from './unsubscribe.tsx'
import { clockTime, fullTime } from './time.ts'

export type MessageProps = {
  message: Message
  /** It goes on where the message above ended: no name, no picture. */
  joined: boolean
  /** Somebody came here to see this one. */
  marked: boolean
  onReply(message: Message): void
  onJump(id: string): void
}

/** One message. */
export function MessageView({ message, joined, marked, onReply, onJump }: MessageProps) {
  const [details, setDetails] = useState(false)
  const { direction, sender, sortAt, channel, deletedAt, editedAt, replyTo, reactions, attachments, bounce, unreadable } = message
  const mine = direction === 'out'
  const name = mine ? t('message.you') : nameOf(sender)
  return (
    <div class={`message ${mine ? 'message-mine' : 'message-theirs'}${joined ? ' message-joined' : ''}${marked ? ' message-marked' : ''}`}>
      {!mine && (joined ? <span class="avatar-gap" /> : <Avatar name={nameOf(sender)} contactId={sender.contactId} />)}
      <div class="message-box">
        <div class={joined ? 'for-readers' : 'message-head'}>
          <bdi class="message-name">{name}</bdi>
          <ChannelSign channel={channel} />
          {!mine && <ProofSign party={sender} />}
        </div>
        <Warnings party={sender} />
        {replyTo && <button type="button" class="button-quiet button-small" onClick={() => onJump(replyTo)}>↩ {t('message.answers')}</button>}
        {deletedAt ? <p class="quiet">{t('message.deleted')}</p> : message.folded ? <details><summary class="quiet">{t('message.folded')}</summary><Body message={message} /></details> : <Body message={message} />}
        {unreadable && <p class="note note-warn" dir="auto">{t('message.unreadable')} {unreadable}</p>}
        {bounce && <p class="note note-bad" dir="auto">{t(bounce.hard ? 'message.bounceHard' : 'message.bounceSoft', { who: bounce.recipient })} {bounce.reason}</p>}
        {!deletedAt && <Cards message={message} />}
        <Files files={attachments.filter(({ inline }) => !inline || !message.html)} />
        <Reactions reactions={reactions} />
        <div class="message-foot">
          <time class="quiet small" dateTime={sortAt} title={fullTime(sortAt, language())}>{clockTime(sortAt, language())}</time>
          {editedAt && <span class="quiet small">{t('message.edited')}</span>}
          <span class="message-does">
            {!message.digest && <button type="button" class="button-quiet button-small" onClick={() => onReply(message)}>{t('message.reply')}</button>}
            {message.unsubscribe && <Unsubscribe message={message} />}
            <button type="button" class="button-quiet button-small" onClick={() => setDetails(true)}>{t('message.details')}</button>
          </span>
          <Status message={message} />
        </div>
      </div>
      {details && <Details message={message} onClose={() => setDetails(false)} />}
    </div>
  )
}

/** Mail of machines is seldom more than its layout; of what people write, the words come first. */
function Body({ message }: { message: Message }) {
  const client = useClient()
  const { id, text, truncated, quoted, html, automatic } = message
  const [framed, setFramed] = useState(() => Boolean(html) && (automatic !== undefined || text.trim() === ''))
  const [whole, setWhole] = useState<string | null>(null)
  if (message.digest) return <Digest digest={message.digest} />
  if (html && framed) return <><MailFrame message={message} /><button type="button" class="button-quiet button-small" onClick={() => setFramed(false)}>{t('message.asText')}</button></>
  return (
    <>
      {text.trim() !== '' && <Text text={whole ?? text} />}
      {text.trim() === '' && !html && !quoted && message.attachments.length === 0 && <p class="quiet">{t('message.empty')}</p>}
      {truncated && whole === null && <button type="button" class="button-small" onClick={() => act(client.call('message.get', { id }).then(({ original }) => setWhole(original ?? text)))}>{t('message.showAll')}</button>}
      {quoted && whole === null && <details class="quoted"><summary>{t('message.quoted')}</summary><Text text={quoted} class="quiet" /></details>}
      {html && <button type="button" class="button-quiet button-small" onClick={() => setFramed(true)}>{t('message.asHtml')}</button>}
    </>
  )
}
