import { useEffect, useState } from 'preact/hooks'
import { useLive } from '../hooks/use-live.ts'
import { t } from '../i18n.ts'
import { go, place } from '../shell/route.ts'
import { FirstUser } from '../welcome/first-user.tsx'
import { Door } from './door.tsx'
import { setupNeeded } from './setup.ts'
import { SignIn } from './signin.tsx'

/** For whoever is not signed in: the first user's making where there is none, else the sign-in. */
export function Outside({ ended }: { ended: boolean }) {
  const { path } = useLive(place)
  const [first, setFirst] = useState<boolean | null>(ended ? false : null)
  useEffect(() => {
    if (first !== null) return
    let gone = false
    setupNeeded().catch(() => false).then((needed) => {
      if (gone) return
      setFirst(needed)
      if (needed && path !== '/welcome') go('/welcome' + location.hash, { replace: true })
    })
    return () => { gone = true }
  }, [])
  if (first === null) return <Door title={t('shell.starting')} />
  return first ? <FirstUser onTaken={() => setFirst(false)} /> : <SignIn ended={ended} />
}
