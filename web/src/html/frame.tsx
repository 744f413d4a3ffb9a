import type { Client, Message } from '#client'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { act } from '../hooks/act.ts'
import { cell } from '../hooks/observable.ts'
import { useLive } from '../hooks/use-live.ts'
import { t } from '../i18n.ts'
import { nameOf } from '../message/name.ts'
import { useClient, useStore } from '../session.ts'
import { guessedHeight, mailDocument } from './document.ts'
import './frame.css'
import { mark } from './mark.ts'
import type { Marked } from './mark.ts'
import { purify } from './purify.ts'
import { fill } from './trusted.ts'
import { sandbox } from './walls.ts'

const nobody = cell(null)

/** A mail as its sender laid it out, behind four walls (docs/html-mail.md). Pictures of other servers wait until they are asked for, once or for good. */
export function MailFrame({ message }: { message: Message }) {
  const client = useClient()
  const store = useStore()
  const frame = useRef<HTMLIFrameElement>(null)
  const [pictures, setPictures] = useState(false)
  const [marked, setMarked] = useState<Marked | null>(null)
  const [height, setHeight] = useState(160)
  const [large, setLarge] = useState(false)
  const [turn, setTurn] = useState(0)
  const foot = useRef<HTMLButtonElement>(null)
  const { id, editedAt, sender } = message
  const html = message.html ?? ''
  const { contactId, proof } = sender
  const contact = useLive(useMemo(() => contactId === undefined ? nobody : store.contact(contactId), [store, contactId]))
  // What nothing proves may be from anybody: of that nothing is said for good. The server holds it too.
  const proven = contact !== null && !contact.blocked && proof === 'verified'
  const always = proven && contact.pictures === true
  const once = () => {
    setPictures(true)
    foot.current?.focus()
  }
  const say = (pictures: boolean) => {
    if (!pictures) setPictures(false)
    // The button that was pressed goes away.
    foot.current?.focus()
    void act(store.saveContact({ id: contact!.id, pictures }), () => ({ text: t(pictures ? 'html.nowAlways' : 'html.noLonger', { who: nameOf(sender) }), undo: () => say(!pictures) }))
  }

  useEffect(() => setPictures(false), [id])
  useEffect(() => {
    let gone = false
    void act(readMail(client, html, pictures ? 'p' : 'a').then(({ mail, style }) => {
      if (gone || !frame.current) return
      const found = mark(mail, location.origin, { quote: t('html.quote'), goes: (says, host) => t('html.goes', { says, host }) })
      setHeight(guessedHeight(mail))
      fill(frame.current, mailDocument(mail, location.origin, style))
      setMarked(found)
    }))
    return () => { gone = true }
  }, [client, html, pictures, turn, editedAt])
  // The server knows what was said before this page does; only what is said while the mail is shown has it read anew.
  useEffect(() => { if (contact && marked && !pictures && always !== marked.fetched > 0) setTurn(turn + 1) }, [always])

  return (
    <div class="mail-frame">
      {marked !== null && marked.blocked > 0 && !pictures && (
        <p class="note mail-frame-bar" role="status">
          {t('html.blocked', { count: marked.blocked })} <button type="button" class="button-small" onClick={once}>{t('html.show')}</button>
          {proven && <> <button type="button" class="button-small" onClick={() => say(true)}>{t('html.always')}</button></>}
        </p>
      )}
      {marked !== null && marked.fetched > 0 && proven && (
        <p class="small quiet mail-frame-bar">
          {always && t('html.isAlways')} <button type="button" class="button-quiet button-small" onClick={() => say(!always)}>{t(always ? 'html.notAlways' : 'html.always')}</button>
        </p>
      )}
      <iframe ref={frame} class="mail-frame-document" sandbox={sandbox} referrerpolicy="no-referrer" title={t('html.title', { who: nameOf(sender) })} style={{ height: large ? '85vh' : height + 'px' }} />
      <div class="mail-frame-foot">
        <button ref={foot} type="button" class="button-quiet button-small" aria-pressed={large} onClick={() => setLarge(!large)}>{t(large ? 'html.smaller' : 'html.larger')}</button>
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

/** The mail's safe HTML, purified here once more, and where its style sheet is. Pictures of other servers have a place when they are asked for (`p`), or as the user has said of the sender (`a`). */
async function readMail(client: Client, html: string, as: 'p' | 'a'): Promise<{ mail: DocumentFragment, style: string }> {
  const [body, style] = await Promise.all([
    client.call('blob.url', { id: html.replace(/^h/, as) }),
    client.call('blob.url', { id: html.replace(/^h/, 's') })
  ])
  const answer = await fetch(body.path, { credentials: 'omit', cache: 'no-store' })
  if (!answer.ok) throw new Error(t('html.failed'))
  return { mail: purify(await answer.text()), style: style.path }
}
