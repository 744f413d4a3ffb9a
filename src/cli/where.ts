import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import pino from 'pino'
import { loadConfig, type Config } from '../../config/options.ts'
import type { Log } from '../model/ports.ts'
import { CliError, type Io } from './io.ts'

/** The options that every verb understands. */
export type GlobalOptions = { data?: string, demo?: boolean }

export const demoUser = 'demo'

/** The configuration with the data folder that the options name, absolute. `--demo` has a folder of its own beside yours. Throws ConfigError. */
export function whereIs(io: Io, { data, demo }: GlobalOptions): { config: Config, warnings: string[] } {
  const { config, warnings } = loadConfig({ env: io.env })
  return { config: { ...config, data: resolve(io.cwd, data ?? (demo ? './data-demo' : config.data)) }, warnings }
}

/** Throws CliError where there is nothing to work on, such as after a typo in the name: opening a folder would make an empty one. */
export function requireData(io: Io, options: GlobalOptions): void {
  const { config: { data } } = whereIs(io, options)
  try {
    statSync(join(data, 'kinbox.db'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') throw new CliError(`The data folder ${data} belongs to another user. Run this as the user that Kinbox runs as.`, { cause: error })
    throw new CliError(`There is no Kinbox data in ${data}. Name the folder with --data, or in KINBOX_DATA; a new one is made by: ${io.command} serve, or ${io.command} user add`, { exitCode: 2 })
  }
}

/** `--data FOLDER` for a command that somebody is told to run next, with a space before it; '' where it finds the folder without. */
export function dataOption(io: Io, folder: string): string {
  return folder === resolve(io.cwd, './data') ? '' : ` --data ${folder}`
}

/** The log of a process: JSON lines on standard error. */
export function openLog(config: Config): Log {
  return pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }))
}
