/** What `@kinbox/client` is: the one door of the package. */
export { sessionTicket, signIn, signOut } from './auth.ts'
export { connect } from './connection.ts'
export type { Client, ConnectOptions, Status } from './connection.ts'
export { KinboxError } from './error.ts'
export type { FailureKind } from './error.ts'
export type { Live } from './live.ts'
export type * from './protocol.ts'
export type * from './types.ts'
