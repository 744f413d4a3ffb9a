import type { Rule, RuleWish } from '#client'
import { useRef, useState } from 'preact/hooks'
import { useFetched } from '../hooks/use-fetched.ts'
import { language, t } from '../i18n.ts'
import { fullTime } from '../message/time.ts'
import { useSaid } from '../said/said.ts'
import { useClient } from '../session.ts'
import { announce } from '../shell/announce.ts'
import { errorWords } from '../shell/error-words.ts'
import { Page } from '../shell/page.tsx'
import { toast } from '../shell/toast.tsx'
import { Field } from '../signin/field.tsx'

const scopes = ['address', 'domain', 'list'] as const
const actions = ['inbox', 'other', 'block'] as const

/** /rules: the user's word about senders, however it was given. */
export function RulesScreen() {
  const client = useClient()
  const said = useSaid()
  const { value, error } = useFetched((client) => client.call('rule.list', { limit: 200 }), { on: ['rule.changed', 'rule.removed'] })
  const list = useRef<HTMLUListElement>(null)
  /** The button goes with its rule: the next one has the focus then, or the heading. */
  const stay = (id: string) => {
    const buttons = [...list.current?.querySelectorAll('button') ?? []]
    const at = buttons.findIndex((one) => one.dataset['rule'] === id)
    const next = buttons[at + 1] ?? buttons[at - 1] ?? document.querySelector<HTMLElement>('main h1')
    next?.focus()
  }
  const remove = ({ id, scope, kind, value, action, stream }: Rule) => client.call('rule.delete', { id }).then(() => {
    stay(id)
    toast({
      text: t('rules.removed'),
      undo: () => client.call('rule.put', { scope, value, action, ...(kind ? { kind } : {}), ...(stream ? { stream } : {}) }).catch((wrong: unknown) => toast({ text: errorWords(wrong) }))
    })
  }, (wrong: unknown) => toast({ text: errorWords(wrong) }))
  return (
    <Page title={t('rules.title')}>
      <p class="quiet">{t('rules.what')}</p>
      {error !== undefined && <p class="note note-bad" role="alert">{errorWords(error)}</p>}
      {value?.items.length === 0 && <p class="quiet">{t('rules.none')}</p>}
      <ul ref={list} class="plain logins">
        {value?.items.map((rule) => (
          <li key={rule.id} class="login">
            <div><strong dir="auto">{said(rule.text)}</strong><p class="quiet small">{t(`rules.origin.${rule.origin}`)} · {fullTime(rule.at, language())}</p></div>
            <button type="button" class="button-small" data-rule={rule.id} onClick={() => void remove(rule)} aria-label={t('rules.removeNamed', { what: said(rule.text) })}>{t('rules.remove')}</button>
          </li>
        ))}
      </ul>
      <NewRule />
    </Page>
  )
}

/** A rule by hand, with a look at what it would move. */
function NewRule() {
  const client = useClient()
  const [scope, setScope] = useState<RuleWish['scope']>('address')
  const [which, setWhich] = useState('')
  const [action, setAction] = useState<RuleWish['action']>('inbox')
  const [said, setSaid] = useState<string | null>(null)
  const [wrong, setWrong] = useState<string | null>(null)
  const wish = (): RuleWish => ({ scope, value: which.trim(), action, ...(scope === 'address' ? { kind: 'email' } : {}) })
  async function attempt(doing: () => Promise<void>) {
    setSaid(null)
    setWrong(null)
    await doing().catch((error: unknown) => setWrong(errorWords(error)))
  }
  const add = () => attempt(async () => {
    await client.call('rule.put', wish())
    setWhich((now) => now === which ? '' : now)
  })
  const preview = () => attempt(async () => {
    const { messages } = await client.call('rule.simulate', { rule: wish(), limit: 1 })
    setSaid(t('rules.moves', { count: messages }))
    announce(t('rules.moves', { count: messages }))
  })
  return (
    <form class="card stack" onSubmit={(event) => { event.preventDefault(); void add() }}>
      <div class="field">
        <label htmlFor="scope">{t('rules.scope')}</label>
        <select id="scope" value={scope} onChange={({ currentTarget }) => setScope(currentTarget.value as RuleWish['scope'])}>{scopes.map((one) => <option key={one} value={one}>{t(`rules.scopes.${one}`)}</option>)}</select>
      </div>
      <Field label={t('rules.value')} value={which} onValue={setWhich} required maxLength={320} hint={t('rules.valueHint')} wrong={wrong ?? undefined} />
      <div class="field">
        <label htmlFor="action">{t('rules.action')}</label>
        <select id="action" value={action} onChange={({ currentTarget }) => setAction(currentTarget.value as RuleWish['action'])}>{actions.map((one) => <option key={one} value={one}>{t(`rules.actions.${one}`)}</option>)}</select>
      </div>
      {said && <p class="note">{said}</p>}
      <div class="row">
        <button type="submit" class="button-main">{t('rules.add')}</button>
        <button type="button" disabled={which.trim() === ''} onClick={() => void preview()}>{t('rules.preview')}</button>
      </div>
    </form>
  )
}
