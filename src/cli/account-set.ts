import type { Command } from 'commander'
import { readSettings, tellTrouble } from './account-add.ts'
import { withAdmin } from './admin.ts'
import { CliError, type Io } from './io.ts'
import type { GlobalOptions } from './where.ts'

/** `kinbox account set ID [--settings FILE.json|-] [--name TEXT]`: all settings anew; secrets that are left out stay. */
export function accountSet(parent: Command, io: Io): void {
  parent.command('set').argument('<account>', 'its id, as `account list` shows it')
    .option('--settings <file>', 'a JSON file with all settings, or - for standard input; what is secret may be left out where it stays as it is')
    .option('--name <text>', 'what to call it').option('--no-try', 'do not try whether it connects')
    .description('change an account: another password, another server, another name')
    .action(async (id: string, _options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { settings?: string, name?: string, try: boolean }>()
      if (options.settings === undefined && options.name === undefined) throw new CliError('Say what to change: --settings or --name.', { exitCode: 2 })
      const settings = options.settings === undefined ? {} : { settings: await readSettings(io, options.settings) }
      const { trouble } = await withAdmin(io, options, actions => actions.accountSet({ id, ...settings, ...(options.name ? { name: options.name } : {}), try: options.try }))
      io.stdout.write(`Changed ${id}.\n`)
      tellTrouble(io, options, id, trouble)
    })
}
