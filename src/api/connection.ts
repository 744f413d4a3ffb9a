/** What a method may do to the socket that it was called on. */
export type Connection = {
  /** The seq of the last durable event sent on this stream. */
  readonly lastSent: number
  /**
   * From here on only events that match; null: all. Returns the position in the log from which this holds: windows
   * fetched after it, plus the events of the new subscription, are complete.
   */
  subscribe(filter: Filter | null): number
  /** Runs when the socket closes; at once when it has. */
  atEnd(end: () => void): void
  /** Aborts a request in flight on this socket; false: there is none of that id. */
  cancel(id: string | number): boolean
}

/** Events in one of these folders, or of one of these conversations. Inner ids. */
export type Filter = { folders: readonly ('inbox' | 'other')[], conversations: readonly number[] }
