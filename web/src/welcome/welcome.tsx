import { useEffect, useState } from 'preact/hooks'
import { Connect, isMailbox } from '../accounts/add.tsx'
import { useKinds } from '../accounts/kinds.ts'
import { useLive } from '../hooks/use-live.ts'
import { t } from '../i18n.ts'
import { useStore } from '../session.ts'
import { go } from '../shell/route.ts'
import { Door } from '../signin/door.tsx'
import { ChooseFriends } from './friends.tsx'
import { Steps } from './steps.tsx'

const kept = 'kinbox.welcomed'

/** Whether this browser still has to ask somebody without accounts to connect one. */
export function stillToWelcome(): boolean {
  return sessionStorage.getItem(kept) === null
}

/** The second and the third step. The third comes by itself where there is an account already. */
export function Welcome() {
  const accounts = useLive(useStore().accounts)
  const kinds = useKinds()
  const [chosen, setChosen] = useState<string | null>(null)
  useEffect(() => sessionStorage.setItem(kept, 'yes'), [])
  const done = () => go('/inbox')
  if (!accounts || !kinds) return <Door title={t('shell.starting')} />
  if (accounts.length > 0) return <ChooseFriends accounts={accounts} onDone={done} />
  const kind = kinds.find((one) => chosen === null ? isMailbox(one) : one.kind === chosen) ?? kinds[0]
  const others = kinds.filter((one) => one !== kind)
  return (
    <Door title={t('welcome.mailTitle')}>
      <Steps at={2} />
      <p>{t('welcome.mailWhy')}</p>
      {kind && <Connect key={kind.kind} kind={kind} onDone={() => undefined} />}
      <hr />
      <div class="row">
        {others.map((one) => <button key={one.kind} type="button" class="button-small" onClick={() => setChosen(one.kind)}>{t('welcome.instead', { title: one.title })}</button>)}
        <button type="button" class="button-quiet button-small" onClick={done}>{t('welcome.later')}</button>
      </div>
    </Door>
  )
}
