import { randomBytes, randomUUIDv7 } from 'node:crypto'
import { answerSubject, baseSubject } from '../content/subject.ts'
import { preview } from '../content/preview.ts'
import type { Connector } from '../connector.ts'
import type { Recipient } from '../model/incoming.ts'
import { Changes } from '../feed/append.ts'
import { findClientWrite, insertClientWrite } from '../store/client-writes.ts'
import { insertDispatch } from '../store/dispatches.ts'
import { getBody } from '../store/messages.ts'
import { insertOutgoing } from '../store/outgoing.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import type { Writer } from '../store/tx.ts'
import { connectorsOf, plan } from './plan.ts'
import type { Circumstances, Connectors } from './plan.ts'
import { Refused } from './refused.ts'
import { checkRequest, digestOf } from './request.ts'
import type { SendRequest } from './request.ts'
import { referencesTo } from './target.ts'

export type AcceptDeps = {
  store: Store
  seal: Seal
  wakeup: { notify(userId: number): void }
  clock: { now(): number }
  connector(kind: string): Promise<Connector>
  presence?: Circumstances['presence']
  /** Tells the deliverer that an account has something to send. */
  wake(accountId: number): void
}

const method = 'message.send'

/** A dispatch's own id: unguessable, and in the order of time. Networks echo it. */
export function attemptToken(): string {
  return `${randomUUIDv7()}.${randomBytes(16).toString('hex')}`
}

/**
 * Takes a message to be sent: when it resolves, message, choice and dispatches are durable, in one transaction with their
 * events. Returns the message's id; the same request under the same clientId returns the same one and writes nothing.
 * Throws Refused.
 */
export function acceptor(deps: AcceptDeps): (userId: number, request: SendRequest) => Promise<number> {
  const { store, wakeup, wake } = deps
  return async (userId, request) => {
    checkRequest(request)
    const connectors = await connectorsOf(store, userId, deps.connector)
    const { messageId, accountId } = await store.hot((tx) => acceptOnce(tx, deps, userId, request, connectors))
    if (accountId !== null) {
      wakeup.notify(userId)
      wake(accountId)
    }
    return messageId
  }
}

function acceptOnce(tx: Writer, { seal, clock, presence }: AcceptDeps, userId: number, request: SendRequest, connectors: Connectors): { messageId: number, accountId: number | null } {
  const digest = digestOf(request)
  const earlier = findClientWrite(tx, userId, request.clientId)
  if (earlier) {
    if (earlier.method !== method || !Buffer.from(earlier.digest).equals(digest)) throw new Refused('idempotency_mismatch', 'This clientId was used before with other parameters. Take a new one for a new message')
    return { messageId: earlier.object, accountId: null }
  }
  const now = clock.now()
  const { target, uploads, choice, accounts } = plan(tx, seal, userId, connectors, request, { now, ...(presence ? { presence } : {}) })
  if (!choice.ok) throw new Refused(choice.kind, choice.words)
  const { can, rooms } = accounts.find(({ id }) => id === choice.accountId)!
  const room = choice.to.find(({ kind }) => kind === rooms)?.address
  const changes = new Changes(userId)
  const parentSubject = target.parent && getBody(tx, target.parent.id).subject
  const subject = can.subject ? request.subject ?? (parentSubject ? answerSubject(parentSubject) : '') : null
  const recipients = choice.to.map((to): Recipient => {
    const name = target.people.flat().find(({ kind, address }) => kind === to.kind && address === to.address)?.name
    return { ...to, ...(name ? { name } : {}), role: 'to' }
  })
  const { messageId, attached } = insertOutgoing(tx, changes, {
    userId, accountId: choice.accountId, channel: choice.channel, from: choice.from, recipients, text: request.text, preview: preview(request.text, subject), subject,
    topic: subject === null ? null : baseSubject(subject), references: subject === null ? [] : referencesTo(tx, target.parent), messageId: null, attachments: uploads.map(({ id }) => id), ...(room === undefined ? {} : { room }),
    because: { rule: 'you-wrote-first', text: 'You wrote this', evidence: [] }, now
  })
  if (!attached) throw new Refused('conflict', 'An attachment belongs to another message. Upload it again')
  // Where the network knows no groups, everybody gets one of their own; each is delivered, and fails, by itself.
  for (const some of can.groups ? [recipients] : recipients.map((one) => [one])) {
    insertDispatch(tx, { userId, messageId, accountId: choice.accountId, attempt: attemptToken(), because: choice.because, recipients: some, now })
  }
  insertClientWrite(tx, userId, request.clientId, { method, digest, object: messageId }, now)
  changes.append(tx, now)
  return { messageId, accountId: choice.accountId }
}
