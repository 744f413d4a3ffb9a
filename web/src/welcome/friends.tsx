import type { Account, Result } from '#client'
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import { Health } from '../accounts/health.tsx'
import { useFetched } from '../hooks/use-fetched.ts'
import { t } from '../i18n.ts'
import { useStore } from '../session.ts'
import { announce } from '../shell/announce.ts'
import { errorWords } from '../shell/error-words.ts'
import { Door } from '../signin/door.tsx'
import { Steps } from './steps.tsx'

type Candidate = Result<'friend.candidates'>['items'][number]

/** The third step: friends out of the people one writes to, who come in while the old messages do. */
export function ChooseFriends({ accounts, onDone }: { accounts: readonly Account[], onDone(): void }) {
  const store = useStore()
  const { value, error } = useFetched((client) => client.call('friend.candidates', { limit: 50 }), { on: ['conversation.changed', 'contact.changed', 'account.changed'] })
  const [wrong, setWrong] = useState<string | null>(null)
  const coming = accounts.some(({ status, backfill }) => status === 'connecting' || (backfill && backfill.done < backfill.total))
  const people = value?.items ?? []
  useEffect(() => { if (people.length > 0) announce(t('welcome.found', { count: people.length })) }, [people.length > 0])

  async function choose({ contact }: Candidate, friend: boolean) {
    setWrong(null)
    await store.setFriend(contact.id, friend).catch((error: unknown) => setWrong(errorWords(error)))
  }
  return (
    <Door title={t('welcome.friendsTitle')}>
      <Steps at={3} />
      <p>{t('welcome.friendsWhy')}</p>
      {accounts.map((account) => <div key={account.id}><strong>{account.name}</strong><Health account={account} /></div>)}
      {people.length > 0 && (
        <fieldset class="people">
          <legend>{t('welcome.youWriteTo')}</legend>
          {people.map((one) => <Person key={one.contact.id} candidate={one} onChoose={(friend) => void choose(one, friend)} />)}
        </fieldset>
      )}
      {people.length === 0 && <p class="quiet" role="status">{coming ? t('welcome.reading') : t('welcome.nobody')}</p>}
      {(wrong ?? error) !== undefined && (wrong ?? error) !== null && <p class="note note-bad" role="alert">{wrong ?? errorWords(error)}</p>}
      <p class="quiet small">{t('welcome.next')}</p>
      <div class="row"><button type="button" class="button-main" onClick={onDone}>{t('welcome.done')}</button></div>
    </Door>
  )
}

function Person({ candidate: { contact, written, received }, onChoose }: { candidate: Candidate, onChoose(friend: boolean): void }) {
  const [checked, setChecked] = useState(contact.friend === 'friend')
  // Before anybody can press it: an effect after that would take the press back.
  useLayoutEffect(() => setChecked(contact.friend === 'friend'), [contact.friend])
  const address = contact.addresses[0]?.address
  return (
    <label class="check person">
      <input type="checkbox" checked={checked} onChange={({ currentTarget }) => {
        setChecked(currentTarget.checked)
        onChoose(currentTarget.checked)
      }} />
      <span>
        <strong><bdi>{contact.name}</bdi></strong>{address && address !== contact.name && <span class="quiet small"> <bdi>{address}</bdi></span>}
        <br /><span class="quiet small">{t('welcome.between', { written, received })}</span>
      </span>
    </label>
  )
}
