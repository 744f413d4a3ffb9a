import { ConnectorError } from '#connector'

const refused: Record<number, string> = {
  20003: 'Twilio does not accept the Account SID and auth token. Copy both again from the Twilio console.',
  20005: 'The Twilio account is not active. Look at its state in the Twilio console.',
  20429: 'Twilio takes no more requests for the moment.',
  21211: 'This is not a number that Twilio can write to. Check the number.',
  21212: 'The number to send from is not valid. Check the number in the settings of this account.',
  21408: 'Twilio does not send to this country. Allow it in the Twilio console under Messaging, Geo permissions.',
  21606: 'The number in the settings cannot send messages with this Twilio account. Check the number.',
  21608: 'A Twilio trial account only writes to numbers that were verified in its console.',
  21609: 'Twilio cannot reach the status address. Check the public URL of Kinbox.',
  21610: 'They have unsubscribed (STOP): nothing can be sent to them from this number until they write START.',
  21612: 'Twilio has no way from this number to that one.',
  21614: 'This number cannot receive SMS.',
  21617: 'The text is longer than 1600 characters.',
  21659: 'The number in the settings does not belong to this Twilio account.',
  30001: 'Too many messages were waiting at Twilio.',
  30002: 'The Twilio account was suspended before the message went out.',
  30003: 'Their phone could not be reached: switched off or without a network.',
  30004: 'Their network or phone blocks this message.',
  30005: 'This number does not exist any more, or is not in use.',
  30006: 'This number cannot receive SMS (a landline, perhaps).',
  30007: 'A network on the way took the message for spam and dropped it.',
  30008: 'The network on the way gave no reason.',
  30034: 'The number is not registered for sending in the USA (A10DLC).'
}

/** What an error code means, for the user. Never empty. */
export function wordsFor(code: number | null): string {
  if (code === null) return 'The network gave no reason.'
  return refused[code] ?? `Twilio says: error ${code} (https://www.twilio.com/docs/errors/${code}).`
}

/** Errors of a connection that never came about: nothing was written, so nothing can have gone out. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL',
  'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'])

function field(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined
}

/**
 * Any error of a request to Twilio, as one that says what to do. `writing`: the request would have sent a message, so that
 * silence after it was written leaves us not knowing. The cause is not handed on: it carries the Authorization header.
 */
export function explain(error: unknown, writing: boolean): ConnectorError {
  if (error instanceof ConnectorError) return error
  const status = field(error, 'status')
  const code = field(error, 'code')
  if (typeof status === 'number') {
    const number = typeof code === 'number' ? code : null
    const name = String(number ?? status)
    if (status === 401 || number === 20003) return new ConnectorError(name, wordsFor(20003), { retry: 'after-login' })
    if (number === 20005 || status === 403 && number === null) return new ConnectorError(name, wordsFor(20005), { retry: 'after-login' })
    if (status === 429) return new ConnectorError(name, wordsFor(20429) + ' Kinbox tries again.', { retry: 'later' })
    if (status >= 400 && status < 500) return new ConnectorError(name, wordsFor(number ?? status), { retry: 'never' })
    if (status >= 500) return new ConnectorError(name, `Twilio has a fault (HTTP ${status}). ${writing ? 'Nobody knows yet whether the message went out.' : 'Kinbox tries again.'}`, { retry: 'later', certain: !writing })
  }
  if (typeof code === 'string' && neverConnected.has(code)) {
    return new ConnectorError(code, `Twilio cannot be reached (${code}). Kinbox tries again; check the network of this machine if it stays so.`, { retry: 'later' })
  }
  const name = typeof code === 'string' ? code : 'no-answer'
  return new ConnectorError(name, writing ? `Twilio did not answer (${name}), so nobody knows yet whether the message went out.` : `Twilio did not answer (${name}). Kinbox tries again.`, { retry: 'later', certain: !writing })
}
