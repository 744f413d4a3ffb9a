/** Every wait of a mail session in ms; tests hand in short ones. */
export type Timing = {
  /** To connect, to be greeted. */
  connect: number
  /** Longest silence while an answer is due. poll + answer is how long a dead line can go unnoticed: under 90 s. */
  answer: number
  /** Between two looks at every folder, whether or not the server told us of something. */
  poll: number
  /** How long one IDLE lasts before a NOOP asks whether the line lives. RFC 2177 demands less than 29 minutes. */
  idle: number
  /** Between two full comparisons of flags on servers without CONDSTORE. */
  flags: number
  /** First pause after the backfill failed; doubled up to twenty times that. */
  historyRetry: number
  /** Longest silence while the mail server digests what we sent (RFC 5321 section 4.5.3.2.6 asks for ten minutes). */
  submit: number
}

export const usualTiming: Timing = {
  connect: 20_000, answer: 25_000, poll: 60_000, idle: 55_000, flags: 300_000, historyRetry: 30_000, submit: 600_000
}
