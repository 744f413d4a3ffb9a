import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { CloseKind, ErrorKind } from './errors.ts'

/** What the door counts, for Prometheus. A registry of its own: nothing global. */
export type Metrics = {
  registry: Registry
  opened(): () => void
  /** The returned function is called once, with how the request ended. */
  request(method: string): (outcome: 'ok' | ErrorKind) => void
  sent(events: number): void
  dropped(): void
  closed(kind: CloseKind): void
}

/** `queueDepth`: how many jobs wait for the database's writer, where that is known. */
export function openMetrics(queueDepth?: () => number): Metrics {
  const registers = [new Registry()]
  const sockets = new Gauge({ name: 'kinbox_sockets', help: 'Open sockets', registers })
  const events = new Counter({ name: 'kinbox_events_sent_total', help: 'Durable events sent to sockets', registers })
  const dropped = new Counter({ name: 'kinbox_signals_dropped_total', help: 'Signals that were not sent because a client was slow', registers })
  const closed = new Counter({ name: 'kinbox_sockets_closed_total', help: 'Sockets that the server closed, by reason', labelNames: ['reason'], registers })
  const requests = new Counter({ name: 'kinbox_requests_total', help: 'Requests by method and outcome', labelNames: ['method', 'outcome'], registers })
  const seconds = new Histogram({ name: 'kinbox_request_seconds', help: 'Duration of requests by method', labelNames: ['method'], buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3], registers })
  new Gauge({ name: 'kinbox_memory_bytes', help: 'Resident memory', registers, collect() { this.set(process.memoryUsage.rss()) } })
  if (queueDepth) new Gauge({ name: 'kinbox_writer_queue_depth', help: 'Jobs that wait for the writer', registers, collect() { this.set(queueDepth()) } })
  return {
    registry: registers[0]!,
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
