import { resolve } from 'node:path'
import pino from 'pino'
import { loadConfig, type Config } from '../../config/options.ts'
import type { Log } from '../model/ports.ts'
import type { Io } from './io.ts'

/** The options that every verb understands. */
export type GlobalOptions = { data?: string, demo?: boolean }

export const demoUser = 'demo'

/** The configuration with the data folder that the options name, absolute. `--demo` has a folder of its own beside yours. Throws ConfigError. */
export function whereIs(io: Io, { data, demo }: GlobalOptions): { config: Config, warnings: string[] } {
  const { config, warnings } = loadConfig({ env: io.env })
  return { config: { ...config, data: resolve(io.cwd, data ?? (demo ? './data-demo' : config.data)) }, warnings }
}

/** The log of a process: JSON lines on standard error. */
export function openLog(config: Config): Log {
  return pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }))
}
