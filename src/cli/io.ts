import { InvalidArgumentError } from 'commander'
import type { AdminActions } from '../api/admin-actions.ts'
import type { Config } from '../../config/options.ts'
import type { Log } from '../model/ports.ts'

/** A server that runs in this process. */
export type App = { address: { host: string, port: number }, admin: AdminActions, doorCode(user?: string): Promise<string | null>, stop(): Promise<void> }

/** What the verbs need of app.ts; loaded only by those that need a server or the folder itself. */
export type AppFace = {
  /** Throws StartError, whose message says what to do. */
  startApp(config: Config, log: Log): Promise<App>
  /** The same actions without a server: takes the folder's lock. `parses`: what kind of content will be read at once. Throws StartError where another process owns it. */
  openAdmin(config: Config, log: Log, how?: { parses?: string | null }): Promise<{ actions: AdminActions, close(): Promise<void> }>
}

export type Output = { write(text: string): unknown, isTTY?: boolean, columns?: number }

/** The process as the verbs see it. */
export type Io = {
  stdin: AsyncIterable<Buffer | string> & { isTTY?: boolean }
  stdout: Output
  stderr: Output
  env: Record<string, string | undefined>
  cwd: string
  /** Aborts at Ctrl-C or SIGTERM. */
  stopping: AbortSignal
  /** How this command is called here: `bin/kinbox` in its own folder, else `kinbox`. */
  command: string
  app(): Promise<AppFace>
}

/** An error for the person at the terminal: what happened and what to do. Exit code 1, or 2 where the command was written wrongly. */
export class CliError extends Error {
  readonly exitCode: 1 | 2

  constructor(message: string, { exitCode = 1, cause }: { exitCode?: 1 | 2, cause?: unknown } = {}) {
    super(message, { cause })
    this.name = 'CliError'
    this.exitCode = exitCode
  }
}

/** Everything on standard input. */
export async function readAll(stdin: Io['stdin']): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of stdin) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString('utf8')
}

/** The value of `--limit`. Throws InvalidArgumentError. */
export function readLimit(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) < 1 || Number(text) > 200) throw new InvalidArgumentError('It must be a whole number from 1 to 200.')
  return Number(text)
}
