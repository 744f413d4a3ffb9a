import type { Methods } from '#client'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { act } from '../hooks/act.ts'
import { useFetched } from '../hooks/use-fetched.ts'
import { language, t } from '../i18n.ts'
import { save } from '../message/files.tsx'
import { sizeWords } from '../message/size.ts'
import { fullTime } from '../message/time.ts'
import { useClient } from '../session.ts'
import { announce } from '../shell/announce.ts'
import { errorWords } from '../shell/error-words.ts'

type Kind = Methods['contact.exchanged']['params']['kind']
type Found = Methods['contact.exchanged']['result']
type Item = Found['items'][number]

const kinds: readonly Kind[] = ['files', 'links', 'topics']
const pageSize = 20

/** All that was exchanged with a person, alone and in groups: files, links or topics, newest first. */
export function Exchanged({ id }: { id: string }) {
  const [kind, setKind] = useState<Kind>('files')
  return (
    <section class="card stack" aria-labelledby="person-between">
      <h2 id="person-between">{t('person.between')}</h2>
      <div class="row" role="group" aria-labelledby="person-between">
        {kinds.map((one) => <button key={one} type="button" class="button-small person-kind" aria-pressed={one === kind} onClick={() => setKind(one)}>{t(`person.betweenKind.${one}`)}</button>)}
      </div>
      <List key={kind} id={id} kind={kind} />
    </section>
  )
}

function List({ id, kind }: { id: string, kind: Kind }) {
  const client = useClient()
  const list = useRef<HTMLUListElement>(null)
  const { value, error } = useFetched((client) => client.call('contact.exchanged', { id, kind, limit: pageSize }), { on: ['conversation.changed', 'conversation.removed'], key: id })
  // Once there is more than the first page, that one stays as it was: what comes in would push its end out of the list.
  const [whole, setWhole] = useState<Pick<Found, 'items' | 'nextCursor'> | null>(null)
  const [busy, setBusy] = useState(false)
  const [from, setFrom] = useState<number | null>(null)
  useLayoutEffect(() => { if (from !== null) list.current?.children[from]?.querySelector<HTMLElement>('a, button')?.focus() }, [from])
  const { items, nextCursor } = whole ?? value ?? { items: null, nextCursor: null }
  if (error !== undefined && !items) return <p class="note note-bad" role="alert">{errorWords(error)}</p>
  if (!items) return <p class="quiet">{t('conversation.loading')}</p>
  if (items.length === 0) return <p class="quiet">{t(`person.betweenNone.${kind}`)}</p>
  const more = async (cursor: string) => {
    setBusy(true)
    const page = await act(client.call('contact.exchanged', { id, kind, limit: pageSize, cursor }))
    setBusy(false)
    if (!page) return
    setWhole({ items: [...items, ...page.items], nextCursor: page.nextCursor })
    setFrom(items.length)
    announce(t('person.betweenMore', { count: page.items.length }))
  }
  return (
    <>
      <ul ref={list} class="plain" aria-label={t(`person.betweenKind.${kind}`)}>{items.map((item, index) => <li key={index} class="person-between"><One item={item} /></li>)}</ul>
      {nextCursor !== null && <div class="row"><button type="button" disabled={busy} onClick={() => void more(nextCursor)}>{t('person.more')}</button></div>}
    </>
  )
}

function One({ item: { at, conversationId, messageId, direction, file, links, topic } }: { item: Item }) {
  const client = useClient()
  const place = `/c/${conversationId}${messageId ? `?m=${messageId}` : ''}`
  const when = <time dateTime={at}>{fullTime(at, language())}</time>
  const by = direction && t(direction === 'out' ? 'person.fromYou' : 'person.fromThem')
  return (
    <>
      {file && <button type="button" class="link" onClick={() => act(client.call('blob.url', { id: file.id }).then(({ path }) => save(path, file.name)))}><span class="for-readers">{t('message.download')} </span><bdi>{file.name.trim() || t('message.unnamed')}</bdi></button>}
      {file && <span class="quiet small">{sizeWords(file.size, language())}</span>}
      {links?.map((link) => URL.canParse(link) ? <a key={link} href={link} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">{link}</a> : <bdi key={link}>{link}</bdi>)}
      {topic && <a href={place}><bdi>{topic.subject || t('person.noSubject')}</bdi></a>}
      {topic && <span class="quiet small">{t('person.topicOf', { count: topic.messages })}</span>}
      <span class="quiet small">{by && `${by} · `}{topic ? when : <a href={place} aria-label={t('person.toMessage', { at: fullTime(at, language()) })}>{when}</a>}</span>
    </>
  )
}
