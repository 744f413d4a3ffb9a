import type { Message, Party } from '#client'
import { useEffect, useState } from 'preact/hooks'
import { act } from '../hooks/act.ts'
import { language, t } from '../i18n.ts'
import { useSaid } from '../said/said.ts'
import { useClient } from '../session.ts'
import { Dialog } from '../shell/dialog.tsx'
import { Why } from './why.tsx'
import { channelWords } from './channel.tsx'
import { save } from './files.tsx'
import { nameOf } from './name.ts'
import { ProofSign, Warnings } from './proof.tsx'
import { StatusWord } from './status.tsx'
import { Text } from './text.tsx'
import { fullTime } from './time.ts'

/** Everything about one message: why it is here, who wrote it and what proves it, to whom, each attempt, the whole of it. */
export function Details({ message, onClose }: { message: Message, onClose(): void }) {
  const client = useClient()
  const said = useSaid()
  const [whole, setWhole] = useState<string | null>(null)
  const { id, because, sender, recipients, attempts = [], channel, sentAt, receivedAt } = message
  useEffect(() => {
    client.call('message.get', { id }).then(({ original }) => setWhole(original ?? null), () => undefined)
  }, [id])
  const split = () => act(client.call('topic.split', { messageId: id }), (parted) => ({
    text: t('message.parted', { subject: parted.subject || t('conversation.noSubject') }), undo: () => message.topicId && void act(client.call('topic.join', { ids: [message.topicId, parted.id] }))
  })).then(onClose)
  const raw = () => act(client.call('message.raw', { id }).then(async ({ blobId }) => {
    if (blobId === null) throw new Error(t('message.noRaw'))
    const { path } = await client.call('blob.url', { id: blobId })
    save(path, `${id}.eml`)
  }))
  return (
    <Dialog title={t('message.details')} onClose={onClose}>
      <h3>{t('message.why')}</h3>
      <Why because={because} />
      <dl class="details">
        <dt>{t('message.from')}</dt><dd><Who party={sender} /> <ProofSign party={sender} /><Warnings party={sender} />{sender.proof && <p class="quiet small">{t(`message.proofLong.${sender.proof}`)}</p>}</dd>
        {recipients.length > 0 && <><dt>{t('message.to')}</dt><dd>{recipients.map((one, index) => <div key={index}><Who party={one} /></div>)}</dd></>}
        <dt>{t('message.channelIs')}</dt><dd>{channelWords(channel)}</dd>
        {sentAt && <><dt>{t('message.sentAt')}</dt><dd>{fullTime(sentAt, language())}</dd></>}
        <dt>{t('message.receivedAt')}</dt><dd>{fullTime(receivedAt, language())}</dd>
      </dl>
      {attempts.length > 0 && <>
        <h3>{t('message.attempts')}</h3>
        <ul class="plain">{attempts.map((one) => (
          <li key={one.id} class="details-attempt">
            <StatusWord status={one.status} /> {channelWords(one.channel)} → <bdi>{one.address}</bdi>
            <p class="quiet small">{said(one.because.text)} {one.because.evidence.map(said).join(' ')}</p>
            {one.error && <p class="bad small">{said(one.error.text)}</p>}
          </li>
        ))}</ul>
      </>}
      {whole !== null && <details><summary>{t('message.whole')}</summary><Text text={whole} /></details>}
      <p class="row">
        <button type="button" class="button-small" onClick={raw}>{t('message.raw')}</button>
        {message.topicId && <button type="button" class="button-small" onClick={split}>{t('message.part')}</button>}
      </p>
    </Dialog>
  )
}

function Who({ party }: { party: Party }) {
  const name = nameOf(party)
  return <><bdi>{party.contactId ? <a href={`/person/${party.contactId}`}>{name}</a> : name}</bdi>{name !== party.address && <span class="quiet"> <bdi>{party.address}</bdi></span>}</>
}
