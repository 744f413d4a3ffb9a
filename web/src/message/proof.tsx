import type { Party } from '#client'
import { t } from '../i18n.ts'
import { useSaid } from '../said/said.ts'

const signs = { verified: '✓', weak: '○', unverified: '?', conflicting: '!' } as const

/** How well it is proven who wrote, in a word; what is wrong comes with the warnings. */
export function ProofSign({ party: { proof, warnings = [] } }: { party: Party }) {
  if (!proof) return null
  // A tick beside a name that is borrowed would speak for the name.
  if (proof === 'verified' && warnings.length > 0) return <span class="proof" title={t('message.proofLong.verified')}>{t('message.proofOfAddress')}</span>
  return <span class={`proof proof-${proof}`} title={t(`message.proofLong.${proof}`)}><span aria-hidden="true">{signs[proof]}</span> {t(`message.proof.${proof}`)}</span>
}

/** Warnings about a sender, in the server's words, or the user's language. */
export function Warnings({ party: { warnings = [] } }: { party: Party }) {
  const said = useSaid()
  if (warnings.length === 0) return null
  return <ul class="plain note note-warn message-warnings" aria-label={t('message.warnings')}>{warnings.map((text) => <li key={text} dir="auto">⚠ {said(text)}</li>)}</ul>
}
