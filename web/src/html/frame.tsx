import type { Client, Message } from '#client'
import { useEffect, useRef, useState } from 'preact/hooks'
import { act } from '../hooks/act.ts'
import { t } from '../i18n.ts'
import { nameOf } from '../message/name.ts'
import { useClient } from '../session.ts'
import { guessedHeight, mailDocument } from './document.ts'
import './frame.css'
import { mark } from './mark.ts'
import type { Marked } from './mark.ts'
import { purify } from './purify.ts'
import { fill } from './trusted.ts'
import { sandbox } from './walls.ts'

/** A mail as its sender laid it out, behind four walls (docs/html-mail.md). Pictures of other servers wait until they are asked for. */
export function MailFrame({ message }: { message: Message }) {
  const client = useClient()
  const frame = useRef<HTMLIFrameElement>(null)
  const [pictures, setPictures] = useState(false)
  const [marked, setMarked] = useState<Marked | null>(null)
  const [height, setHeight] = useState(160)
  const [large, setLarge] = useState(false)
  const { id, editedAt, sender } = message
  const html = message.html ?? ''

  useEffect(() => setPictures(false), [id])
  useEffect(() => {
    let gone = false
    void act(readMail(client, html, pictures).then(({ mail, style }) => {
      if (gone || !frame.current) return
      const found = mark(mail, location.origin, { quote: t('html.quote'), goes: (says, host) => t('html.goes', { says, host }) })
      setHeight(guessedHeight(mail))
      fill(frame.current, mailDocument(mail, location.origin, style))
      setMarked(found)
    }))
    return () => { gone = true }
  }, [client, html, pictures, editedAt])

  return (
    <div class="mail-frame">
      {marked !== null && marked.blocked > 0 && !pictures && (
        <p class="note mail-frame-bar" role="status">
          {t('html.blocked', { count: marked.blocked })} <button type="button" class="button-small" onClick={() => setPictures(true)}>{t('html.show')}</button>
        </p>
      )}
      <iframe ref={frame} class="mail-frame-document" sandbox={sandbox} referrerpolicy="no-referrer" title={t('html.title', { who: nameOf(sender) })} style={{ height: large ? '85vh' : height + 'px' }} />
      <div class="mail-frame-foot">
        <button type="button" class="button-quiet button-small" aria-pressed={large} onClick={() => setLarge(!large)}>{t(large ? 'html.smaller' : 'html.larger')}</button>
        {marked !== null && marked.hosts.length > 0 && (
          <details class="small quiet">
            <summary>{t('html.links', { count: marked.hosts.length })}</summary>
            <ul class="plain">{marked.hosts.slice(0, 50).map((host) => <li key={host}><bdi>{host}</bdi></li>)}</ul>
          </details>
        )}
      </div>
    </div>
  )
}

/** The mail's safe HTML, purified here once more, and where its style sheet is. Pictures of other servers have a place only when they are asked for. */
async function readMail(client: Client, html: string, pictures: boolean): Promise<{ mail: DocumentFragment, style: string }> {
  const [body, style] = await Promise.all([
    client.call('blob.url', { id: pictures ? html.replace(/^h/, 'p') : html }),
    client.call('blob.url', { id: html.replace(/^h/, 's') })
  ])
  const answer = await fetch(body.path, { credentials: 'omit', cache: 'no-store' })
  if (!answer.ok) throw new Error(t('html.failed'))
  return { mail: purify(await answer.text()), style: style.path }
}
