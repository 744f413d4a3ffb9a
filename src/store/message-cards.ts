import type { Card } from '../model/card.ts'
import type { Writer } from './tx.ts'

/** Puts what became of its cards into a message. Returns its new rev. */
export function replaceCards(tx: Writer, messageId: number, cards: Card[]): number {
  tx.run('UPDATE message_body SET cards = ? WHERE message_id = ?', JSON.stringify(cards), messageId)
  return tx.get<{ rev: number }>('UPDATE message SET rev = rev + 1 WHERE id = ? RETURNING rev', messageId)!.rev
}
