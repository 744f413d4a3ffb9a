import type { Card } from './card.ts'
import type { Named } from './incoming.ts'

/** The words of what a message carries beside its text, to search in: an attached message's subject and text, who it is from and its files; what an invitation is to, where and with whom; who a contact is. */
export function cardWords(cards: readonly Card[]): string {
  return cards.flatMap(wordsOf).filter((part) => part !== undefined && part !== '').join('\n')
}

function wordsOf(card: Card): (string | undefined)[] {
  switch (card.type) {
    case 'message': return [card.subject, card.text, card.from, ...card.files]
    case 'invitation': return [card.title, card.place, card.description, ...[...card.organizer ? [card.organizer] : [], ...card.attendees].map(called)]
    case 'contact': return [card.name, card.organization, ...card.addresses.map(({ address }) => address)]
    case 'signed': case 'encrypted': return []
  }
}

const called = ({ name, address }: Named): string => [name, address].filter(Boolean).join(' ')
