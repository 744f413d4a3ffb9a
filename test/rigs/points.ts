/**
 * The named places at which the server is killed. They are reached from outside: preload.ts puts a call before (or after) a piece of a
 * source as it is loaded. The piece must stand in the file exactly once; points.test.ts holds that, so a change of the source that moves a step shows here.
 */
export type Point = {
  name: string
  file: string
  /** The statement that begins so. */
  at: string
  side?: 'after'
  /** How often it is passed before there is a fair chance that it matters: the rig takes the 1st to this one. */
  upTo?: number
  /** What must happen for it to be passed, where that is not a life of the server: the first look at an old mailbox, a migration, an import or a backup without a server. */
  in?: 'past' | 'migrate' | 'import' | 'backup'
}

const receive = 'src/inbound/receive.ts'
const arrive = 'src/inbound/arrive.ts'
const accept = 'src/outbound/accept.ts'
const deliver = 'src/outbound/deliver.ts'
const database = 'src/store/database.ts'
const migrate = 'src/store/migrate.ts'
const blobs = 'src/blobs/blobs.ts'
const backup = 'src/jobs/backup.ts'

export const points: Point[] = [
  { name: 'receive: handed over', file: receive, at: 'const { known, account } = await store.read(', upTo: 4 },
  { name: 'receive: the parser has answered', file: 'src/accounts/parse-pool.ts', at: "if (reply.type === 'parsed') resolve(", upTo: 3 },
  { name: 'receive: understood', file: receive, at: 'await blobs.sync()', upTo: 4 },
  { name: 'receive: blob written beside its place', file: blobs, at: 'await rename(partial, target)', upTo: 2 },
  { name: 'receive: blob in its place', file: blobs, at: 'unsynced.add(target)\n      suspect.delete(target)\n      return digest\n', upTo: 2 },
  { name: 'receive: blobs synced', file: receive, at: 'const { received, others } = await (', upTo: 4 },
  { name: 'receive: strand found', file: arrive, at: 'const { folder, hidden } = settle(', upTo: 4 },
  { name: 'receive: message written, its bytes not', file: arrive, at: 'if (raw) insertRaw(', upTo: 4 },
  { name: 'receive: bytes written, its place not', file: arrive, at: "if (place) insertPlace(tx, account.id, place.remoteId, place.folder?.name ?? '', id)", upTo: 4 },
  { name: 'receive: message whole', file: arrive, at: 'return { conversationId: conversation.id, messageId: id }', upTo: 4 },
  { name: 'receive: before counting', file: receive, at: 'for (const [id, messages] of touched) recount(', upTo: 4 },
  { name: 'receive: before the cursor', file: receive, at: 'progress(tx, changes, account, at, unit.now)', upTo: 4 },
  { name: 'receive: before the events', file: receive, at: 'if (!changes.empty) changes.append(', upTo: 4 },
  { name: 'receive: events written', file: receive, at: 'const stored = [...touched', upTo: 4 },
  { name: 'receive: committed, nobody told', file: receive, at: 'for (const one of [account.userId, ...others]) wakeup.notify(', upTo: 4 },
  { name: 'receive: told, not acknowledged', file: receive, at: 'return received\n', upTo: 4 },
  { name: 'receive: mail fetched, not handed over', file: 'connectors/email/live.ts', at: 'for (const header of batch.headers) fresh.set(' },
  { name: 'receive: history about to be handed over', file: 'connectors/email/backfill.ts', at: "await handOver(account, batch.arrivals, { lane: 'history'", in: 'past' },
  { name: 'receive: webhook stored, not answered', file: 'connectors/sms-twilio/webhook.ts', at: 'if (!attempt) live.stored(sid, now)', upTo: 3 },
  { name: 'receive: poll about to hand over', file: 'connectors/sms-twilio/live.ts', at: 'await account.receive(receipts', upTo: 2 },
  { name: 'send: asked for', file: accept, at: 'const connectors = await connectorsOf(', upTo: 4 },
  { name: 'send: message written, not queued', file: accept, at: 'for (const some of can.groups', upTo: 4 },
  { name: 'send: queued, its clientId not kept', file: accept, at: 'insertClientWrite(tx', upTo: 4 },
  { name: 'send: accepted, events not written', file: accept, at: 'changes.append(tx, now)', upTo: 4 },
  { name: 'send: committed, nobody told', file: accept, at: 'if (accountId !== null) {', upTo: 4 },
  { name: 'send: about to be answered', file: 'src/api/socket.ts', at: 'sender.send(text)\n', upTo: 12 },
  { name: 'prepare: begins', file: deliver, at: 'prepared = dispatch.prepared ?? await', upTo: 4 },
  { name: 'prepare: frozen, not claimed', file: deliver, at: 'if (stopping || !await change(dispatch', upTo: 4 },
  { name: 'prepare: claimed, nothing sent', file: deliver, at: 'const outcome = await perform(', upTo: 4 },
  { name: 'send: connected to the mail server', file: 'connectors/email/submit.ts', at: 'const info = await step<', upTo: 2 },
  { name: 'send: the mail server has it', file: 'connectors/email/submit.ts', at: 'const refused = (info', upTo: 2 },
  { name: 'send: text message about to leave', file: 'connectors/sms-twilio/send.ts', at: 'const made = await client.messages.create(', upTo: 2 },
  { name: 'send: text message taken', file: 'connectors/sms-twilio/send.ts', at: "if (typeof made.sid !== 'string')", upTo: 2 },
  { name: 'send: outcome known, not stored', file: deliver, at: 'await persist(() => {\n      if (', upTo: 4 },
  { name: 'send: outcome half written', file: 'src/store/dispatches.ts', at: 'settle(tx, dispatch.id, now)\n  messageChanged(tx, changes, dispatch.messageId)\n}\n\n/** It may have gone', upTo: 4 },
  { name: 'send: copy about to be filed', file: 'connectors/email/sent-folder.ts', at: 'const bytes = await buffer(', upTo: 2 },
  { name: 'send: copy filed', file: 'connectors/email/sent-folder.ts', at: 'return true\n', upTo: 2 },
  { name: 'store: transaction begun', file: database, at: 'begun()\n    try {', upTo: 12 },
  { name: 'store: before commit', file: database, at: "this.#statements.of('COMMIT').run()", upTo: 12 },
  { name: 'store: after commit', file: database, at: "this.#statements.of('COMMIT').run()", side: 'after', upTo: 12 },
  { name: 'store: unit of work about to commit', file: database, at: 'return await this.#orm.em.fork().transactional(', upTo: 3 },
  { name: 'feed: event about to leave', file: 'src/api/stream.ts', at: 'sender.send(eventFrame(event.seq, lastSent, texts[at]!))', upTo: 12 },
  { name: 'start: folder owned, nothing open', file: 'src/app.ts', at: 'const store = await openStore(' },
  { name: 'start: what was half sent is looked at', file: deliver, at: 'await wakeAll()\n' },
  { name: 'start: account connected, not told', file: 'src/accounts/supervisor.ts', at: "await tell(account, 'live', null, 'end')", upTo: 2 },
  { name: 'start: gaps noted, heartbeat not', file: 'src/accounts/supervisor.ts', at: 'await beat()\n    if (!stopping)' },
  { name: 'migrate: about to copy', file: migrate, at: "closeSync(openSync(partial, 'w'", in: 'migrate' },
  { name: 'migrate: copied, without its name', file: migrate, at: 'renameSync(partial, name)', in: 'migrate' },
  { name: 'migrate: begins', file: migrate, at: 'await orm.migrator.up(', in: 'migrate' },
  { name: 'migrate: done, not committed', file: migrate, at: 'if (broken.length > 0) throw', in: 'migrate' },
  { name: 'migrate: committed', file: migrate, at: "} finally {\n    db.pragma('foreign_keys = ON')", side: 'after', in: 'migrate' },
  { name: 'import: batch about to be received', file: 'src/cli/import-mail.ts', at: 'const written = receive(account,', in: 'import' },
  { name: 'import: batch received', file: 'src/cli/import-mail.ts', at: 'summary.messages += some.length', in: 'import' },
  { name: 'backup: begins', file: backup, at: 'return await runTask<BackupSummary>(', in: 'backup' },
  // A thread of its own makes it, and says how far it is: at the copy, the check, the first file and the last.
  { name: 'backup: under way', file: backup, at: 'at.progress(progress)', upTo: 4, in: 'backup' },
  { name: 'backup: made, nobody told', file: backup, at: 'copying = false\n    clearInterval(look)', in: 'backup' }
]

/** The source with a call at each point, and the names of points whose piece does not stand in it exactly once. */
export function withPoints(source: string, here: readonly Point[]): { text: string, missed: string[] } {
  const missed = here.filter(({ at }) => source.split(at).length !== 2).map(({ name }) => name)
  const found = here.filter(({ name }) => !missed.includes(name)).map((point) => ({ point, index: source.indexOf(point.at) + (point.side === 'after' ? point.at.length : 0) }))
  let text = source
  for (const { point, index } of found.sort((a, b) => b.index - a.index)) {
    text = `${text.slice(0, index)};globalThis[Symbol.for('rig')]?.(${JSON.stringify(point.name)});${text.slice(index)}`
  }
  return { text, missed }
}
