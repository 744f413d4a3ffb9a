import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Intake } from '../inbound/counted.ts'
import type { StoreFigures } from '../store/figures.ts'
import type { CloseKind, ErrorKind } from './errors.ts'

/** What the door counts, for Prometheus. A registry of its own: nothing global. */
export type Metrics = {
  contentType: string
  /** Everything as Prometheus reads it, as it is now. */
  text(): Promise<string>
  opened(): () => void
  /** The returned function is called once, with how the request ended. */
  request(method: string): (outcome: 'ok' | ErrorKind) => void
  sent(events: number): void
  dropped(): void
  closed(kind: CloseKind): void
}

/** What the rooms behind the door know, asked for each scrape. Bytes; `writable` false: see /readyz for why. */
export type Figures = StoreFigures & { intake: Intake, queueDepth: number, writable: boolean, disk: { database: number, log: number, free: number } }

/** `figures`: absent where there is only a door. */
export function openMetrics(figures?: () => Promise<Figures>): Metrics {
  const registers = [new Registry()]
  const sockets = new Gauge({ name: 'kinbox_sockets', help: 'Open sockets', registers })
  const events = new Counter({ name: 'kinbox_events_sent_total', help: 'Durable events sent to sockets', registers })
  const dropped = new Counter({ name: 'kinbox_signals_dropped_total', help: 'Signals that were not sent because a client was slow', registers })
  const closed = new Counter({ name: 'kinbox_sockets_closed_total', help: 'Sockets that the server closed, by reason', labelNames: ['reason'], registers })
  const requests = new Counter({ name: 'kinbox_requests_total', help: 'Requests by method and outcome', labelNames: ['method', 'outcome'], registers })
  const seconds = new Histogram({ name: 'kinbox_request_seconds', help: 'Duration of requests by method', labelNames: ['method'], buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3], registers })
  new Gauge({ name: 'kinbox_memory_bytes', help: 'Resident memory', registers, collect() { this.set(process.memoryUsage.rss()) } })
  new Counter({ name: 'kinbox_cpu_seconds_total', help: 'CPU time used', registers, collect() { const { user, system } = process.cpuUsage(); this.reset(); this.inc((user + system) / 1e6) } })
  const behind = figures && openBehind(registers)
  return {
    contentType: registers[0]!.contentType,
    async text() {
      // The door's own numbers are told even when the database is not well.
      if (figures) await figures().then(behind, () => undefined)
      return registers[0]!.metrics()
    },
    opened() {
      sockets.inc()
      return () => sockets.dec()
    },
    request(method) {
      const end = seconds.startTimer({ method })
      return outcome => {
        end()
        requests.inc({ method, outcome })
      }
    },
    sent: count => events.inc(count),
    dropped: () => dropped.inc(),
    closed: reason => closed.inc({ reason })
  }
}

/** The numbers of the rooms behind; the function sets them. */
function openBehind(registers: Registry[]): (figures: Figures) => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const labelled = (name: string, help: string, label: string) => new Gauge({ name, help, labelNames: [label], registers })
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames: ['channel'], registers })
  const users = gauge('kinbox_users', 'Users')
  const messages = gauge('kinbox_messages', 'Messages stored so far')
  const events = gauge('kinbox_log_events', 'Events written so far, the sum of the heads of all logs')
  const accounts = labelled('kinbox_accounts', 'Accounts by status', 'status')
  const outbox = labelled('kinbox_outbox', 'Operations that are not over, by state; uncertain ones wait for the network or the user', 'state')
  const queue = gauge('kinbox_writer_queue_depth', 'Jobs that wait for the writer')
  const writable = gauge('kinbox_database_writable', '1 when the last write succeeded')
  const database = gauge('kinbox_database_bytes', 'Size of the database file')
  const log = gauge('kinbox_database_wal_bytes', 'Size of the write-ahead log')
  const free = gauge('kinbox_disk_free_bytes', 'Free space where the data folder lies')
  const stored = counter('kinbox_messages_received_total', 'New messages taken in, by channel')
  const unreadable = counter('kinbox_messages_unreadable_total', 'Of these, messages that could not be read and are shown as such')
  const failed = counter('kinbox_receive_failures_total', 'Batches that were not stored; they are handed over again')
  return figures => {
    users.set(figures.users)
    messages.set(figures.messages)
    events.set(figures.events)
    queue.set(figures.queueDepth)
    writable.set(figures.writable ? 1 : 0)
    database.set(figures.disk.database)
    log.set(figures.disk.log)
    free.set(figures.disk.free)
    for (const [status, n] of Object.entries(figures.accounts)) accounts.set({ status }, n)
    for (const [state, n] of Object.entries(figures.outbox)) outbox.set({ state }, n)
    for (const counter of [stored, unreadable, failed]) counter.reset()
    for (const [channel, counts] of Object.entries(figures.intake)) {
      stored.inc({ channel }, counts.stored)
      unreadable.inc({ channel }, counts.unreadable)
      failed.inc({ channel }, counts.failed)
    }
  }
}
