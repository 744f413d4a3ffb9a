import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { withAdmin } from './admin.ts'
import { CliError, readAll, type Io } from './io.ts'
import type { GlobalOptions } from './where.ts'

/** `kinbox account add --user NAME --kind KIND --settings FILE.json|-`: prints the account's id. */
export function accountAdd(parent: Command, io: Io): void {
  parent.command('add').requiredOption('--user <name>', 'whose').requiredOption('--kind <kind>', 'which network; `account kinds` lists them')
    .requiredOption('--settings <file>', 'a JSON file, or - for standard input; never on the command line, where others could read the password')
    .option('--name <text>', 'what to call it')
    .description('connect a mailbox, a number, …')
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { user: string, kind: string, settings: string, name?: string }>()
      const { user, kind, name } = options
      const settings = readJson(options.settings, await readSettings(io, options.settings))
      const { id } = await withAdmin(io, options, actions => actions.accountAdd({ user, kind, settings, ...(name ? { name } : {}) }))
      io.stdout.write(id + '\n')
    })
}

async function readSettings(io: Io, file: string): Promise<string> {
  if (file === '-') return readAll(io.stdin)
  return readFile(resolve(io.cwd, file), 'utf8').catch((error: Error) => {
    throw new CliError(`The settings cannot be read (${error.message}). Name a JSON file, or - for standard input.`, { exitCode: 2, cause: error })
  })
}

/** JSON.parse quotes the text in its errors, and there are passwords in it: only the place is told. */
function readJson(file: string, text: string): unknown {
  try {
    // Some editors put a mark of the order of bytes before a text.
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1]
    const where = at ? ` (line ${text.slice(0, Number(at)).split('\n').length})` : ''
    throw new CliError(`${file === '-' ? 'Standard input' : file} is no JSON${where}. \`account kinds\` shows what it should hold.`, { exitCode: 2 })
  }
}
