import type { ConnectorError } from '../connector.ts'

/** What an error of a connector means for what was to be sent. `text` is for the user. */
export type Failure = { retry: 'later' | 'never' | 'after-login', certain: boolean, code: string, text: string }

/** Codes of a ConnectorError by which nobody refused anything: the network itself could not be reached, or the line broke. */
const lineCodes: ReadonlySet<string> = new Set(['refused', 'unreachable', 'timeout', 'connection-lost', 'host-not-found', 'dns', 'encryption'])

/** Whether it was the line and not somebody's answer that kept it from going: once the line is good again, nothing speaks against the next try. */
export function isLineFailure({ code, retry }: Failure): boolean {
  return retry === 'later' && lineCodes.has(code)
}

/**
 * Reads what a session threw. Anything but a ConnectorError is a mistake of the connector: whether something went out is
 * then not known, and its message is not shown, since it may hold anything.
 */
export function failureOf(error: unknown): Failure {
  if (isConnectorError(error)) return { retry: error.retry, certain: error.certain, code: error.code, text: error.message }
  return { retry: 'later', certain: false, code: 'internal', text: 'Something went wrong inside the connector of this account. The server\'s log says more.' }
}

/** By name, not by class: a connector from another folder may bring its own copy of the class. */
function isConnectorError(error: unknown): error is ConnectorError {
  return error instanceof Error && error.name === 'ConnectorError' && 'retry' in error && 'certain' in error && 'code' in error
}
