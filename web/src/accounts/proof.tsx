import type { Account } from '#client'
import { act } from '../hooks/act.ts'
import { useFetched } from '../hooks/use-fetched.ts'
import { t } from '../i18n.ts'
import { useSaid } from '../said/said.ts'
import { useClient } from '../session.ts'
import type { Values } from './schema.ts'

/** Who checks the senders of what comes to an account, and what the newest mails speak for: it counts once it is confirmed. `onSettings` is given what the account's settings are then. */
export function AccountProof({ account: { id, kind }, onSettings }: { account: Account, onSettings(settings: Values): void }) {
  const client = useClient()
  const said = useSaid()
  const { value: proof, reload } = useFetched((client) => client.call('account.proof', { id }), { key: id })
  if (!proof) return null
  const { server, proposal } = proof
  // Most networks stamp who sent something: there is nothing to choose.
  if (kind !== 'email' && server === null && proposal === null) return null

  async function confirm(proposed: Values) {
    // As they are now: what stands unsaved in the form is not confirmed by this.
    const { settings } = await client.call('account.settings', { id })
    const now = { ...settings as Values, ...proposed }
    await client.call('account.put', { id, settings: now })
    onSettings(proposed)
    reload()
  }
  return (
    <section class="card" aria-labelledby="account-proof">
      <h2 id="account-proof">{t('accounts.proof')}</h2>
      <p>{server === null ? t('accounts.proofSelf') : t('accounts.proofServer', { server })}</p>
      {proposal && (
        <div class="note">
          <p>{t('accounts.proofProposal')}</p>
          {Object.values(proposal.settings as Values).map((value) => <p key={String(value)}><code class="wrap" dir="ltr">{String(value)}</code></p>)}
          <ul>{proposal.evidence.map((line) => <li key={line}>{said(line)}</li>)}</ul>
          <p>{t('accounts.proofCare')}</p>
          <button type="button" onClick={() => void act(confirm(proposal.settings as Values), () => ({ text: t('accounts.proofConfirmed') }))}>{t('accounts.proofConfirm')}</button>
        </div>
      )}
    </section>
  )
}
