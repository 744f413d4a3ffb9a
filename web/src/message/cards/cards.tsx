import type { Card, Message } from '#client'
import { t } from '../../i18n.ts'
import { language } from '../../i18n.ts'
import { Text } from '../text.tsx'
import { fullTime } from '../time.ts'
import { ContactCard } from './contact.tsx'
import { InvitationCard } from './invitation.tsx'

/** What a message carries that is more than a file. */
export function Cards({ message }: { message: Message }) {
  return <>{message.cards?.map((card, index) => <Shown key={index} card={card} index={index} message={message} />)}</>
}

function Shown({ card: { type, message: within, invitation, contact, seal }, index, message }: { card: Card, index: number, message: Message }) {
  if (within) return (
    <details class="card" open>
      <summary><bdi>{within.subject || t('cards.noSubject')}</bdi></summary>
      <p class="quiet small">{t('cards.from')} <bdi>{within.from}</bdi>{within.sentAt && <> · <time dateTime={within.sentAt}>{fullTime(within.sentAt, language())}</time></>}</p>
      <Text text={within.text} />
      {within.files.length > 0 && <p class="quiet small" dir="auto">{t('cards.files')} {within.files.join(', ')}</p>}
    </details>
  )
  if (invitation) return <InvitationCard messageId={message.id} index={index} invitation={invitation} />
  if (contact) return <ContactCard contact={contact} />
  if (seal) return <p class="quiet small" dir="auto">{sealWords(seal, message.sender.address) ?? t(`cards.${type}.${seal.by}`)}</p>
  return null
}

/** What a signature with a certificate says, and whether it is of the address that wrote. */
function sealWords({ state, signer }: NonNullable<Card['seal']>, sender: string): string | undefined {
  if (!signer || state === 'unreadable') return undefined
  const { name, addresses, issuer, to } = signer
  const who = [name, ...addresses].filter(Boolean).join(', ') || '?'
  const words = t(`cards.seal.${state}`, { who, issuer: issuer || '?', until: fullTime(to, language()) })
  return addresses.some((one) => one.toLowerCase() === sender.toLowerCase()) ? words : `${words} ${t('cards.seal.other')}`
}
