import { KinboxError } from '#client'
import { useState } from 'preact/hooks'
import { t } from '../i18n.ts'
import { openSession } from '../session.ts'
import { errorWords } from '../shell/error-words.ts'
import { Door } from '../signin/door.tsx'
import { Field } from '../signin/field.tsx'
import { makeFirstUser, takeCode } from '../signin/setup.ts'
import { Steps } from './steps.tsx'

/** The first step: a name and a password, with the code that the terminal shows. `onTaken`: somebody was faster. */
export function FirstUser({ onTaken }: { onTaken(): void }) {
  const [given] = useState(takeCode)
  const [code, setCode] = useState(given ?? '')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<string | null>(null)
  const [wrongCode, setWrongCode] = useState(false)

  async function make() {
    setBusy(true)
    setWrong(null)
    setWrongCode(false)
    try {
      await makeFirstUser({ code: code.trim(), name: name.trim(), password })
      openSession()
    } catch (error) {
      setBusy(false)
      if (error instanceof KinboxError && error.kind === 'conflict') return onTaken()
      setWrongCode(error instanceof KinboxError && error.kind === 'unauthenticated')
      setWrong(error instanceof KinboxError && error.kind === 'unauthenticated' ? t('welcome.wrongCode') : errorWords(error))
    }
  }

  return (
    <Door title={t('welcome.userTitle')}>
      <Steps at={1} />
      <p>{t('welcome.userWhy')}</p>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); void make() }}>
        {(!given || wrongCode) && <Field label={t('welcome.code')} name="code" autoComplete="one-time-code" value={code} onValue={setCode} required hint={t('welcome.codeHint')} focus={!given} />}
        <Field label={t('signin.name')} name="username" autoComplete="username" value={name} onValue={setName} required maxLength={64} hint={t('welcome.nameHint')} focus={given !== null} />
        <Field label={t('signin.password')} name="password" type="password" autoComplete="new-password" value={password} onValue={setPassword} required minLength={8} hint={t('welcome.passwordHint')} />
        <p class="bad" role="alert">{wrong}</p>
        <button type="submit" class="button-main" disabled={busy}>{busy ? t('signin.busy') : t('welcome.makeUser')}</button>
      </form>
    </Door>
  )
}
