import ICAL from 'ical.js'

/** More cards than this are no address book of a person; a card beyond this size carries something else. */
export const most = { cards: 10_000, bytes: 4 * 1024 * 1024 }

/** The cards in a file, each as its text: vCard 4.0 (RFC 6350), 3.0 (RFC 2426) and 2.1. */
export function cardsIn(text: string): string[] {
  return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n').match(/^BEGIN:VCARD[ \t]*$[\s\S]*?^END:VCARD[ \t]*$/gim)?.slice(0, most.cards) ?? []
}

/** One card, ready to be read and changed. Throws where it is none. */
export function readCard(text: string): ICAL.Component {
  if (text.length > most.bytes) throw new Error('The card is too large.')
  const modern = /^VERSION:2\.1/im.test(text) ? fromOld(text) : text
  const read = ICAL.parse(modern.replace(/\r?\n/g, '\r\n')) as unknown
  const [jcard] = Array.isArray(read) && Array.isArray(read[0]) ? read as unknown[] : [read]
  const card = new ICAL.Component(jcard as ConstructorParameters<typeof ICAL.Component>[0])
  if (card.name !== 'vcard') throw new Error('This is no card.')
  return card
}

/** Version 2.1 folds and encodes as mail does, and says types without their names: `TEL;CELL;ENCODING=QUOTED-PRINTABLE:`. */
function fromOld(text: string): string {
  const whole: string[] = []
  for (const line of text.split('\n')) {
    const last = whole.at(-1)
    if (last !== undefined && /QUOTED-PRINTABLE/i.test(last.split(':')[0]!) && last.endsWith('=')) whole[whole.length - 1] = last.slice(0, -1) + line
    else if (last !== undefined && /^[ \t]/.test(line)) whole[whole.length - 1] = last + line.trim()
    else whole.push(line)
  }
  return whole.map((line) => {
    const colon = line.indexOf(':')
    if (colon < 0) return line
    const [name = '', ...params] = line.slice(0, colon).split(';')
    let value = line.slice(colon + 1)
    const kept: string[] = []
    for (const param of params) {
      const [key = '', said] = param.split('=')
      if (/^QUOTED-PRINTABLE$/i.test(said ?? key)) value = quotedPrintable(value, /CHARSET=([\w-]+)/i.exec(line)?.[1] ?? 'utf-8').replaceAll('\n', '\\n')
      else if (/^(ENCODING|BASE64)$/i.test(key)) kept.push('ENCODING=b')
      else if (!/^CHARSET$/i.test(key)) kept.push(said === undefined ? `TYPE=${key}` : param)
    }
    return /^VERSION$/i.test(name) ? 'VERSION:3.0' : [name, ...kept].join(';') + ':' + value
  }).join('\n')
}

function quotedPrintable(text: string, charset: string): string {
  const bytes = Buffer.from(text.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1')
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}
