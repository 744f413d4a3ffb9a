import type { IncomingMessage } from './incoming.ts'

/** The parts of Other that Kinbox tells by itself; the user can name others. */
export const streams = ['lists', 'newsletters', 'receipts', 'notifications', 'spam'] as const

type Told = Pick<IncomingMessage, 'list' | 'automatic' | 'subject' | 'html' | 'unsubscribe' | 'unreadable'>

/** Which part of Other a message is for; null: a person wrote it. A list that one cannot write to is a newsletter. */
export function streamOf(message: Told): string | null {
  const { list, automatic, unsubscribe, unreadable } = message
  if (unreadable !== undefined) return 'notifications'
  if (automatic === 'invitation' || (automatic === undefined && !list)) return null
  if (automatic === 'bounce' || automatic === 'auto-reply' || automatic === 'receipt') return 'notifications'
  if (isPurchase(message)) return 'receipts'
  if (list || automatic === 'list') return unsubscribe && !unsubscribe.posts ? 'newsletters' : 'lists'
  return automatic === 'bulk' || unsubscribe ? 'newsletters' : 'notifications'
}

/** schema.org says it in the HTML of most shops; else the words of the subject, where nobody offers to unsubscribe from it. */
function isPurchase({ html, subject, unsubscribe }: Told): boolean {
  if (html !== undefined && /"@type"\s*:\s*"(?:Order|Invoice|ParcelDelivery|(?:[A-Z][A-Za-z]+)?Reservation)"/.test(html.slice(0, 200_000))) return true
  return unsubscribe === undefined && subject !== undefined && bought.test(subject.slice(0, 300))
}

const bought = /\b(?:invoice|receipt|your order|order (?:confirm|no|number|#)|payment (?:confirm|received)|rechnung|quittung|beleg|bestell(?:ung|bestätigung)|zahlungs(?:eingang|bestätigung)|facture|reçu|votre commande|factura|recibo|pedido|fattura|ricevuta|ordine|faktura|kvitto|kvittering)\b|領収書|注文|发票|订单/iu
