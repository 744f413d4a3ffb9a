import type { Login } from '#client'
import { useRef, useState } from 'preact/hooks'
import { clockTime } from '../accounts/when.ts'
import { useFetched } from '../hooks/use-fetched.ts'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'
import { announce } from '../shell/announce.ts'
import { errorWords } from '../shell/error-words.ts'
import { toast } from '../shell/toast.tsx'
import { Field } from '../signin/field.tsx'

/** Where the user is signed in, and the tokens of their programs: each can be ended here. */
export function Logins() {
  const client = useClient()
  const { value, error } = useFetched(async (client) => (await client.call('session.list', {})).items, { on: ['session.changed'] })
  const end = ({ id, kind }: Login) => client.call(kind === 'token' ? 'token.revoke' : 'session.revoke', { id }).then(() => toast({ text: t('settings.ended') }), (error: unknown) => toast({ text: errorWords(error) }))
  const list = (kind: Login['kind']) => value?.filter((one) => one.kind === kind).map((login) => <li key={login.id}><One login={login} onEnd={() => void end(login)} /></li>)
  return (
    <div class="stack">
      {error !== undefined && <p class="note note-bad" role="alert">{errorWords(error)}</p>}
      <section class="card" aria-labelledby="sessions"><h2 id="sessions">{t('settings.sessions')}</h2><ul class="plain logins">{list('session')}</ul></section>
      <section class="card stack" aria-labelledby="tokens">
        <h2 id="tokens">{t('settings.tokens')}</h2>
        <p class="quiet small">{t('settings.tokensWhat')}</p>
        <ul class="plain logins">{list('token')}</ul>
        <NewToken />
      </section>
    </div>
  )
}

/** Browsers call themselves by a line of names; this one names what people know: `Firefox, Linux`. Other names stay. */
function shortName(name: string): string {
  if (!name.startsWith('Mozilla/')) return name
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)[/\w]*/.exec(name.replace(/Chrome(.*(Edg|OPR)\/)/, '$1'))?.[1]
  const system = /iPhone|iPad|Android|Windows|Macintosh|CrOS|Linux/.exec(name)?.[0]
  return [{ Edg: 'Edge', OPR: 'Opera' }[browser ?? ''] ?? browser, system?.replace('Macintosh', 'Mac')].filter(Boolean).join(', ') || name
}

function One({ login: { name: full, createdAt, usedAt, expiresAt, current }, onEnd }: { login: Login, onEnd(): void }) {
  const name = shortName(full)
  return (
    <div class="login">
      <div>
        <strong class="wrap" title={full}><bdi>{name}</bdi></strong> {current && <span class="badge">{t('settings.current')}</span>}
        <p class="quiet small">
          {t('settings.since', { at: clockTime(createdAt) })}{usedAt && ` · ${t('settings.used', { at: clockTime(usedAt) })}`}{expiresAt && ` · ${t('settings.until', { at: clockTime(expiresAt) })}`}
        </p>
      </div>
      <button type="button" class="button-small" onClick={onEnd} aria-label={t('settings.endNamed', { name })}>{t('settings.end')}</button>
    </div>
  )
}

/** A token is shown once, here. */
function NewToken() {
  const client = useClient()
  const [name, setName] = useState('')
  const [made, setMade] = useState<string | null>(null)
  const [wrong, setWrong] = useState<string | null>(null)
  const shown = useRef<HTMLInputElement>(null)
  async function make() {
    try {
      const { token } = await client.call('token.create', { name: name.trim() })
      setMade(token)
      setName('')
      setWrong(null)
      announce(t('settings.tokenMade'))
      setTimeout(() => shown.current?.select())
    } catch (error) {
      setWrong(errorWords(error))
    }
  }
  if (made) {
    return (
      <div class="note note-good stack">
        <div class="field">
          <label htmlFor="token">{t('settings.tokenMade')}</label>
          <input id="token" ref={shown} readOnly value={made} onFocus={({ currentTarget }) => currentTarget.select()} />
        </div>
        <div class="row"><button type="button" onClick={() => setMade(null)}>{t('settings.tokenKept')}</button></div>
      </div>
    )
  }
  return (
    <form class="stack" onSubmit={(event) => { event.preventDefault(); void make() }}>
      <Field label={t('settings.tokenName')} value={name} onValue={setName} required maxLength={100} hint={t('settings.tokenHint')} wrong={wrong ?? undefined} />
      <div class="row"><button type="submit">{t('settings.makeToken')}</button></div>
    </form>
  )
}
