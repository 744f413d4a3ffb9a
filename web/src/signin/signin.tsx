import { KinboxError, signIn } from '#client'
import { useEffect, useState } from 'preact/hooks'
import { t } from '../i18n.ts'
import { onSignedIn, openSession, signedInAs } from '../session.ts'
import { errorWords } from '../shell/error-words.ts'
import { Door } from './door.tsx'
import { Field } from './field.tsx'
import { enter, takeCode } from './setup.ts'

/** Name and password. A code in the address (from the terminal) signs in by itself. */
export function SignIn({ ended }: { ended: boolean }) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<string | null>(null)

  async function attempt(how: () => Promise<{ userId: string }>) {
    setBusy(true)
    setWrong(null)
    try {
      signedInAs((await how()).userId)
      openSession()
    } catch (error) {
      setWrong(error instanceof KinboxError && error.kind === 'unauthenticated' && how === byPassword ? t('signin.wrong') : errorWords(error))
      setBusy(false)
    }
  }
  const byPassword = () => signIn(location.origin, { name: name.trim(), password })
  useEffect(() => {
    const look = () => {
      const code = takeCode()
      if (code) void attempt(() => enter(code))
    }
    look()
    // The link from the terminal may be opened in this very tab.
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  useEffect(() => onSignedIn(openSession), [])

  return (
    <Door title={t('signin.title')}>
      {ended && <p class="note note-warn" role="status">{t('signin.ended')}</p>}
      <form class="stack" onSubmit={(event) => { event.preventDefault(); void attempt(byPassword) }}>
        <Field label={t('signin.name')} name="username" autoComplete="username" value={name} onValue={setName} required focus />
        <Field label={t('signin.password')} name="password" type="password" autoComplete="current-password" value={password} onValue={setPassword} required />
        <p class="bad" role="alert">{wrong}</p>
        <button type="submit" class="button-main" disabled={busy}>{busy ? t('signin.busy') : t('signin.go')}</button>
      </form>
      <p class="quiet small">{t('signin.forgotten')}</p>
    </Door>
  )
}
