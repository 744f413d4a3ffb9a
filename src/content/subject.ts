/** Prefixes that answering and forwarding put before a subject, in the languages of common clients: `Re: AW: [2]`. */
const prefix = /^\s*(?:(?:re|aw|antw|antwort|sv|vs|vá|odp|res?p?|rif|ynt|fwd?|fw|wg|tr|rv|enc|doorst|vl|pd|i|转发|回复|答复|轉寄|回覆)\s*(?:\[\d+\]|\(\d+\)|\d+)?\s*[:：]\s*)+/iu

/** The subject without prefixes of answering: what a topic is called. */
export function baseSubject(subject: string): string {
  return subject.slice(0, 1000).replace(prefix, '').replace(/\s+/g, ' ').trim()
}

/** The subject of an answer. */
export function answerSubject(subject: string): string {
  const base = baseSubject(subject)
  return base === '' ? '' : 'Re: ' + base
}
