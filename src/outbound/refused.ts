/** Why something is not sent, told to whoever asked for it: what is wrong and what to do. `kind` is one of the API's. */
export class Refused extends Error {
  readonly kind: 'invalid_params' | 'not_found' | 'conflict' | 'idempotency_mismatch' | 'too_large' | 'account_unavailable' | 'not_supported_by_channel'
  readonly detail: unknown

  constructor(kind: Refused['kind'], message: string, detail?: unknown) {
    super(message)
    this.name = 'Refused'
    this.kind = kind
    this.detail = detail
  }
}
