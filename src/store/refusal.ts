/** Why a change was not made, told to whoever asked for it. `kind` is one of the API's; `detail` the row as it is now. */
export class Refusal extends Error {
  readonly kind: 'not_found' | 'conflict'
  readonly detail: unknown

  constructor(kind: 'not_found' | 'conflict', message: string, detail?: unknown) {
    super(message)
    this.name = 'Refusal'
    this.kind = kind
    this.detail = detail
  }
}
