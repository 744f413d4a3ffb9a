/** What the store is handed from outside. */
export type Clock = { now(): number }
export type Log = { warn(fields: object, message: string): void }
