/** Why the server cannot start. `message` is for the person who runs it: what is wrong, and what to do. It carries no secrets. */
export class StartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'StartError'
  }
}
