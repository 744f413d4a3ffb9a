import type { Card } from '#client'
import { useState } from 'preact/hooks'
import { act } from '../../hooks/act.ts'
import { language, t } from '../../i18n.ts'
import { useClient } from '../../session.ts'
import { Text } from '../text.tsx'
import { repeatWords, whenWords } from './when.ts'

type Invitation = NonNullable<Card['invitation']>

const answers = ['accepted', 'tentative', 'declined'] as const

/** Something that takes place: what, when, where, who; and what the user says to it. */
export function InvitationCard({ messageId, index, invitation }: { messageId: string, index: number, invitation: Invitation }) {
  const { method, title, place, description, organizer, attendees, repeats } = invitation
  return (
    <section class="card" aria-label={t(`cards.method.${method}`)}>
      <p class="quiet small">{t(`cards.method.${method}`)}</p>
      <strong><bdi>{title || t('cards.noTitle')}</bdi></strong>
      <p>{whenWords(invitation, language())}</p>
      {repeats && <p class="small">{repeatWords(repeats, language(), t)}</p>}
      {place && <p class="small">{t('cards.place')} <bdi>{place}</bdi></p>}
      {organizer && <p class="small">{t('cards.organizer')} <bdi>{organizer.name ?? organizer.address}</bdi></p>}
      {attendees.length > 0 && <details class="small"><summary>{t('cards.attendees', { count: attendees.length })}</summary><ul class="plain">{attendees.map(({ name, address, answer }) => <li key={address}><bdi>{name ?? address}</bdi> <span class="quiet">{t(`cards.answer.${answer}`)}</span></li>)}</ul></details>}
      {description && <details class="small"><summary>{t('cards.description')}</summary><Text text={description} /></details>}
      {invitation.answerable && <Answer messageId={messageId} index={index} answered={invitation.answered} />}
    </section>
  )
}

function Answer({ messageId, index, answered }: { messageId: string, index: number, answered: Invitation['answered'] }) {
  const client = useClient()
  const [busy, setBusy] = useState(false)
  const say = (answer: typeof answers[number]) => {
    setBusy(true)
    void act(client.call('invitation.answer', { messageId, card: index, answer }).finally(() => setBusy(false)), () => ({ text: t(`cards.said.${answer}`) }))
  }
  return (
    <div class="row" role="group" aria-label={t('cards.yourAnswer')}>
      {answers.map((answer) => <button key={answer} type="button" class="button-small" aria-pressed={answered === answer} aria-disabled={busy} onClick={() => { if (!busy) say(answer) }}>{t(`cards.say.${answer}`)}</button>)}
    </div>
  )
}
