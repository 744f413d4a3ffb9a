import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import '../styles/inbox.css'
import '../styles/message.css'
import '../styles/search.css'
import { useNow } from '../hooks/use-now.ts'
import { language, t } from '../i18n.ts'
import { VirtualList } from '../list/virtual-list.tsx'
import type { ListHandle } from '../list/virtual-list.tsx'
import { ChannelSign } from '../message/channel.tsx'
import { nameOf } from '../message/name.ts'
import { fullTime, listTime } from '../message/time.ts'
import type { ScreenProps } from '../routes.ts'
import { announce } from '../shell/announce.ts'
import { useKeys } from '../shell/keys.ts'
import { go } from '../shell/route.ts'
import { Help } from './help.tsx'
import { Marked } from './marked.tsx'
import { People } from './people.tsx'
import { useHits } from './use-hits.ts'
import type { Hit, Order } from './use-hits.ts'

const hitHeight = () => 92
const keyOf = ({ id }: Hit) => id
const restMs = 250

const pathOf = (q: string, order: Order): string => '/search?' + new URLSearchParams({ q, ...(order === 'best' ? { order } : {}) }).toString()

/** Search over everything: what is typed is looked for once the writer rests; a hit leads to its place in its conversation. */
export function SearchScreen({ query }: ScreenProps) {
  const q = query.get('q') ?? ''
  const order: Order = query.get('order') === 'best' ? 'best' : 'newest'
  const [text, setText] = useState(q)
  const field = useRef<HTMLInputElement>(null)
  const top = useRef<HTMLElement>(null)
  const list = useRef<ListHandle>(null)
  const now = useNow()
  const { items, people, state, next, indexing, wrong, more } = useHits(q, order)

  useEffect(() => {
    document.title = `${q ? q + ' · ' : ''}${t('shell.search')} · Kinbox`
    setText((was) => (was.trim() === q ? was : q))
  }, [q])
  // Before anything is painted: what is typed after the key / belongs here.
  useLayoutEffect(() => field.current?.focus(), [])
  useEffect(() => {
    if (text.trim() === q) return
    const timer = setTimeout(() => go(pathOf(text.trim(), order), { replace: true }), restMs)
    return () => clearTimeout(timer)
  }, [text, q, order])
  useEffect(() => { if (state === 'ready') announce(next === null ? t('search.found', { count: items.length }) : t('search.foundMore', { count: items.length })) }, [state, q, order])

  const rows = [...people, ...items].map(({ id }) => id)
  const focusOn = (id: string | undefined) => {
    const person = people.findIndex((one) => one.id === id)
    if (person >= 0) top.current?.querySelectorAll<HTMLElement>('.search-person')[person]?.focus()
    else if (id !== undefined) list.current?.show(id, { focus: true })
  }
  const step = (by: number) => {
    const row = document.activeElement?.closest<HTMLElement>('.search [data-row]')?.dataset.row
    const at = rows.indexOf(row ?? '')
    focusOn(rows[Math.max(0, Math.min(rows.length - 1, at + by))])
  }
  useKeys({
    j: { does: 'search.keyNext', run: () => step(1) },
    k: { does: 'search.keyPrevious', run: () => step(-1) },
    '/': { does: 'shell.search', run: () => field.current?.select() }
  })
  const row = useCallback((hit: Hit) => <Found hit={hit} now={now} />, [now])

  return (
    <section class="search" ref={top}>
      <h1 class="for-readers">{t('shell.search')}</h1>
      <form class="search-box" role="search" onSubmit={(event) => { event.preventDefault(); if (text.trim() !== q) go(pathOf(text.trim(), order), { replace: true }); else focusOn(rows[0]) }}>
        <label class="for-readers" for="search-q">{t('search.label')}</label>
        <input
          id="search-q" ref={field} type="search" dir="auto" value={text} placeholder={t('search.label')} autocomplete="off" maxLength={500} aria-invalid={state === 'error'} aria-describedby="search-wrong"
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={(event) => { if (event.key === 'ArrowDown' && rows[0]) { event.preventDefault(); focusOn(rows[0]) } }}
        />
        <label class="for-readers" for="search-order">{t('search.order')}</label>
        <select id="search-order" value={order} onChange={({ currentTarget: { value } }) => go(pathOf(q, value === 'best' ? 'best' : 'newest'), { replace: true })}>
          <option value="newest">{t('search.newest')}</option>
          <option value="best">{t('search.best')}</option>
        </select>
      </form>
      <p class="bad search-wrong" id="search-wrong" role="alert" dir="auto">{wrong}</p>
      {indexing && <p class="note note-warn">{t('search.indexing')}</p>}
      {people.length > 0 && <People people={people} />}
      {state === 'loading' && rows.length === 0 && <p class="mail-none quiet waits">{t('conversation.loading')}</p>}
      {state === 'ready' && rows.length === 0 && <p class="mail-none quiet">{t('search.nothing', { q })}</p>}
      {(state === 'idle' || state === 'error') && <Help onTake={(example) => { setText(example); field.current?.focus() }} />}
      {items.length > 0 && <VirtualList handle={list} items={items} keyOf={keyOf} guess={hitHeight} row={row} role="list" label={t('search.results')} busy={state === 'loading'} nearEnd={next === null ? undefined : more} />}
    </section>
  )
}

function Found({ hit: { id, conversationId, title, subject, subjectMarks, snippet, files, sortAt, channel, direction, sender, archived, folder }, now }: { hit: Hit, now: Date }) {
  const writer = direction === 'out' ? t('inbox.you') : nameOf(sender)
  return (
    <a data-focus class="search-hit" href={`/c/${conversationId}?m=${id}`}>
      <span class="conversation-top">
        <span class="conversation-name"><bdi>{title || writer}</bdi></span>
        <span class="quiet small">{t(archived ? 'inbox.title.archive' : `inbox.title.${folder}`)}</span>
        <ChannelSign channel={channel} />
        <time class="conversation-time" dateTime={sortAt} title={fullTime(sortAt, language())}>{listTime(sortAt, now, language())}</time>
      </span>
      {subject !== null && subject !== '' && <span class="search-subject"><Marked text={subject} marks={subjectMarks} /></span>}
      <span class="search-snippet"><bdi>{writer}</bdi>: <Marked text={snippet.text} marks={snippet.marks} /></span>
      {files.some(({ marks }) => marks.length > 0) && <span class="quiet small">{files.filter(({ marks }) => marks.length > 0).map((file) => <span key={file.id}>📎 <Marked text={file.name} marks={file.marks} /> </span>)}</span>}
    </a>
  )
}
