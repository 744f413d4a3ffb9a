import { uuidv7 } from '#client'
import type { Message } from '#client'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import '../styles/composer.css'
import { act } from '../hooks/act.ts'
import { errorWords } from '../shell/error-words.ts'
import { language, t } from '../i18n.ts'
import { nameOf } from '../message/name.ts'
import { sizeWords } from '../message/size.ts'
import { channelWords } from '../message/channel.tsx'
import { useStore } from '../session.ts'
import { announce } from '../shell/announce.ts'
import { useKeys } from '../shell/keys.ts'
import { drafts, joined } from './drafts.ts'
import type { Draft } from './drafts.ts'
import { leave, returned } from './leaving.ts'
import { filesOf, upload } from './upload.ts'
import { useTyping } from './use-typing.ts'
import { useWay } from './use-way.ts'
import type { Target } from './use-way.ts'
import { costWords, WayMenu } from './way-menu.tsx'
import { nextWay, waysOf, wishFor } from './ways.ts'

export type ComposerProps = {
  target: Target | null
  /** Where the draft is kept: the conversation's id, or `new`. */
  place: string
  topicId?: string | undefined
  /** The message that is being answered. */
  answers?: Message | null
  onAnswered?: () => void
  onSent?: (message: Message) => void
  label: string
}

/** Where messages are written: text, files, subject, the way they go and why. What is written is kept on this device until it is sent. */
export function Composer({ target, place, topicId, answers = null, onAnswered, onSent, label }: ComposerProps) {
  const store = useStore()
  const shelf = useMemo(() => drafts(place === 'new' ? sessionStorage : localStorage), [place])
  const [draft, setDraft] = useState<Draft>(() => shelf.get(place))
  const [uploading, setUploading] = useState(0)
  const [wrong, setWrong] = useState<string | null>(null)
  const [over, setOver] = useState(false)
  const [withSubject, setWithSubject] = useState(place === 'new')
  const area = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const conversationId = target && 'conversationId' in target ? target.conversationId : null
  const typing = useTyping(conversationId)
  const { text, subject = '', files = [] } = draft
  const replyTo = answers?.id

  const { resolved, refused } = useWay(target && { ...target, text, topicId, replyTo, attachments: files.map(({ id }) => id), via: draft.way })
  const carriesSubject = resolved?.via.channel === 'email'

  // Before the next frame: whoever leaves right after the last letter finds it again.
  useLayoutEffect(() => shelf.put(place, draft), [draft])
  useEffect(() => {
    const field = area.current
    if (!field) return
    field.style.blockSize = text === '' ? '' : 'auto'
    if (text !== '') field.style.blockSize = Math.min(field.scrollHeight + 2, innerHeight * 0.4) + 'px'
  }, [text])
  useLayoutEffect(() => { if (answers) area.current?.focus() }, [answers])

  // What could not be sent comes back to where it was written, before what was written since.
  useLayoutEffect(() => returned.subscribe((back) => {
    if (back?.place !== place || back.taken) return
    back.taken = true
    setDraft((now) => joined(back.draft, now))
  }), [place])

  const change = (patch: Partial<Draft>) => setDraft((was) => ({ ...was, ...patch }))
  const add = (list: File[]) => {
    for (const file of list) {
      setUploading((n) => n + 1)
      void act(upload(file).then((done) => setDraft((was) => ({ ...was, files: [...was.files ?? [], done] })))).finally(() => setUploading((n) => n - 1))
    }
  }
  const other = () => {
    const way = resolved && nextWay(waysOf(resolved))
    if (!way) return announce(t('composer.noOther'))
    change({ way: wishFor(way) })
    announce(t('composer.goesBy', { channel: channelWords(way.channel), to: way.to }))
  }

  const send = () => {
    if (!target) return setWrong(t('composer.noTarget'))
    if (uploading > 0) return setWrong(t('composer.stillUploading'))
    if (text.trim() === '' && files.length === 0) return setWrong(t('composer.nothing'))
    const before = draft
    setWrong(null)
    setDraft({ text: '', ...(draft.way ? { way: draft.way } : {}) })
    typing.stopped()
    onAnswered?.()
    area.current?.focus()
    leave(store, { place, draft: before, request: {
      clientId: uuidv7(), ...target, text, ...(carriesSubject && subject.trim() ? { subject: subject.trim() } : {}), ...(topicId ? { topicId } : {}), ...(replyTo ? { replyTo } : {}),
      ...(files.length ? { attachments: files.map(({ id }) => id) } : {}), ...(draft.way ? { via: draft.way } : {})
    } }).then((message) => {
      announce(t('composer.sent'))
      onSent?.(message)
    }, (error: unknown) => setWrong(errorWords(error)))
  }
  useKeys({
    r: { does: 'composer.keyReply', run: () => area.current?.focus() },
    'mod+k': { does: 'composer.keyWay', run: other },
    'mod+Enter': { does: 'composer.keySend', run: send }
  })

  return (
    <form
      class={over ? 'composer composer-over' : 'composer'} aria-label={label}
      onSubmit={(event) => { event.preventDefault(); send() }}
      onDragOver={(event) => { event.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)}
      onDrop={(event) => { event.preventDefault(); setOver(false); add(filesOf(event.dataTransfer)) }}
    >
      {answers && (
        <div class="composer-answers small">
          <span>↩ {t('composer.answering', { name: answers.direction === 'out' ? t('message.you') : nameOf(answers.sender) })} <q dir="auto">{answers.text.slice(0, 80)}</q></span>
          <button type="button" class="button-quiet button-small" onClick={onAnswered} aria-label={t('composer.notAnswering')}>✕</button>
        </div>
      )}
      {carriesSubject && (withSubject || subject !== '') && (
        <input class="composer-subject" dir="auto" aria-label={t('composer.subject')} placeholder={t('composer.subject')} maxLength={998} value={subject} onInput={({ currentTarget }) => change({ subject: currentTarget.value })} />
      )}
      <textarea
        ref={area} class="composer-text" rows={1} dir="auto" aria-label={label} placeholder={label} value={text} aria-invalid={wrong !== null} maxLength={262144}
        onInput={({ currentTarget }) => { change({ text: currentTarget.value }); setWrong(null); typing.typed() }} onBlur={typing.stopped}
        onPaste={(event) => { const list = filesOf(event.clipboardData); if (list.length) { event.preventDefault(); add(list) } }}
        onKeyDown={(event) => { if (event.key === 'Escape' && !event.isComposing) { event.stopPropagation(); onAnswered?.(); area.current?.blur() } }}
      />
      {files.length > 0 && (
        <ul class="plain composer-files">{files.map((file) => (
          <li key={file.id} class="small"><bdi>{file.name}</bdi> <span class="quiet">{sizeWords(file.size, language())}</span>{' '}
            <button type="button" class="button-quiet button-small" aria-label={t('composer.without', { name: file.name })} onClick={() => change({ files: files.filter(({ id }) => id !== file.id) })}>✕</button></li>
        ))}</ul>
      )}
      {(wrong ?? refused) !== null && <p class="bad small composer-wrong" role="alert" dir="auto">{wrong ?? refused}</p>}
      <div class="composer-foot">
        {resolved && target && <WayMenu resolved={resolved} onChoose={(way) => change({ way: wishFor(way) })} />}
        <span class="composer-does">
          {resolved && resolved.cost > 0 && <span class="quiet small composer-parts">{costWords(resolved)}</span>}
          {uploading > 0 && <span class="quiet small">{t('composer.uploading', { count: uploading })}</span>}
          {carriesSubject && !withSubject && subject === '' && <button type="button" class="button-quiet button-small" onClick={() => setWithSubject(true)}>{t('composer.subject')}</button>}
          <button type="button" class="button-quiet button-small" onClick={() => picker.current?.click()}>{t('composer.addFiles')}</button>
          <input ref={picker} type="file" multiple hidden tabIndex={-1} aria-label={t('composer.addFiles')} onChange={({ currentTarget }) => { add([...currentTarget.files ?? []]); currentTarget.value = '' }} />
          <button type="submit" class="button-main">{t('composer.send')}</button>
        </span>
      </div>
    </form>
  )
}
