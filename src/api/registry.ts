import type { Method } from './method.ts'
import { rpcCancel } from './methods/rpc.cancel.ts'
import { rpcDiscover } from './methods/rpc.discover.ts'
import { sessionHello } from './methods/session.hello.ts'
import { sessionList } from './methods/session.list.ts'
import { sessionPing } from './methods/session.ping.ts'
import { sessionRevoke } from './methods/session.revoke.ts'
import { syncSnapshot } from './methods/sync.snapshot.ts'
import { syncSubscribe } from './methods/sync.subscribe.ts'
import { syncUnsubscribe } from './methods/sync.unsubscribe.ts'
import { tokenCreate } from './methods/token.create.ts'
import { tokenList } from './methods/token.list.ts'
import { tokenRevoke } from './methods/token.revoke.ts'

/** Every method of the API. The docs, rpc.discover and the tests read this list. */
export const methods: readonly Method[] = [
  sessionHello, sessionPing, sessionList, sessionRevoke,
  syncSnapshot, syncSubscribe, syncUnsubscribe,
  tokenCreate, tokenList, tokenRevoke,
  rpcDiscover, rpcCancel
]
