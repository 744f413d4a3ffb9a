import type { Account } from '#client'
import { useEffect, useState } from 'preact/hooks'
import { useFetched } from '../hooks/use-fetched.ts'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'
import { Dialog } from '../shell/dialog.tsx'
import { errorWords } from '../shell/error-words.ts'
import { Page } from '../shell/page.tsx'
import { go } from '../shell/route.ts'
import { toast } from '../shell/toast.tsx'
import { Field } from '../signin/field.tsx'
import { Health } from './health.tsx'
import { useKinds } from './kinds.ts'
import { AccountProof } from './proof.tsx'
import { SchemaForm } from './schema-form.tsx'
import type { Values } from './schema.ts'
import { tryAccount } from './try.ts'

/** One account: how it is, its name and settings, its end. */
export function EditAccount({ account }: { account: Account }) {
  const { id, kind, name } = account
  const client = useClient()
  const schema = useKinds()?.find((one) => one.kind === kind)?.settings
  const told = useFetched((client) => client.call('account.settings', { id }), { key: id }).value
  const webhook = useFetched((client) => client.call('account.status', { id }), { key: id }).value?.webhookUrl
  const [title, setTitle] = useState(name)
  const [settings, setSettings] = useState<Values | null>(null)
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<string | null>(null)
  const [removing, setRemoving] = useState(false)
  useEffect(() => { if (told && !settings) setSettings(told.settings as Values) }, [told])

  async function save(tried: boolean) {
    setBusy(true)
    setWrong(null)
    try {
      const trouble = tried && settings ? await tryAccount(client, { id, settings }) : null
      if (trouble) setWrong(trouble.text)
      else {
        await client.call('account.put', { id, name: title, ...(settings ? { settings } : {}) })
        toast({ text: t('accounts.saved') })
      }
    } catch (error) {
      setWrong(errorWords(error))
    }
    setBusy(false)
  }
  const resync = () => client.call('account.resync', { id }).then(() => toast({ text: t('accounts.resyncing') }), (error: unknown) => setWrong(errorWords(error)))
  const remove = () => client.call('account.remove', { id }).then(() => go('/accounts'), (error: unknown) => {
    setRemoving(false)
    setWrong(errorWords(error))
  })

  return (
    <Page title={name}>
      <Health account={account} />
      {webhook && <div class="field"><span class="label">{t('accounts.webhook')}</span><code class="wrap">{webhook}</code><span class="hint">{t('accounts.webhookHint')}</span></div>}
      <form class="stack" onSubmit={(event) => { event.preventDefault(); void save(true) }}>
        <Field label={t('accounts.name')} name="title" value={title} onValue={setTitle} required maxLength={200} />
        {schema && settings && <SchemaForm schema={schema} value={settings} onValue={setSettings} kept={told?.secrets ?? []} />}
        {wrong && (
          <div class="note note-bad" role="alert">
            <p>{wrong}</p>
            <button type="button" class="button-small" onClick={() => void save(false)}>{t('accounts.saveAnyway')}</button>
          </div>
        )}
        <div class="row">
          <button type="submit" class="button-main" disabled={busy}>{busy ? t('accounts.trying') : t('accounts.save')}</button>
          <button type="button" onClick={() => void resync()}>{t('accounts.resync')}</button>
          <button type="button" class="button-bad" onClick={() => setRemoving(true)}>{t('accounts.remove')}</button>
        </div>
      </form>
      <p><a href="/accounts">{t('accounts.back')}</a></p>
      <AccountProof account={account} onSettings={(confirmed) => setSettings((was) => was && { ...was, ...confirmed })} />
      {removing && (
        <Dialog title={t('accounts.removeTitle', { name })} onClose={() => setRemoving(false)}>
          <p>{t('accounts.removeWhat')}</p>
          <div class="row"><button type="button" class="button-bad" onClick={() => void remove()}>{t('accounts.remove')}</button><button type="button" onClick={() => setRemoving(false)}>{t('accounts.keep')}</button></div>
        </Dialog>
      )}
    </Page>
  )
}
