/** What the world gives to the code, passed in so that tests can give something else. */
export type Clock = { now(): number }

/** One line an event, structured; never a secret. pino's own shape. */
export type Log = {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
