import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { withAdmin } from './admin.ts'
import { CliError, readAll, type Io } from './io.ts'
import { line } from './paint.ts'
import { dataOption, whereIs, type GlobalOptions } from './where.ts'

/** `kinbox account add --user NAME --kind KIND --settings FILE.json|-`: prints the account's id. */
export function accountAdd(parent: Command, io: Io): void {
  parent.command('add').requiredOption('--user <name>', 'whose').requiredOption('--kind <kind>', 'which network; `account kinds` lists them')
    .requiredOption('--settings <file>', 'a JSON file, or - for standard input; never on the command line, where others could read the password')
    .option('--name <text>', 'what to call it').option('--no-try', 'do not try whether it connects')
    .description('connect a mailbox, a number, …')
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { user: string, kind: string, settings: string, name?: string, try: boolean }>()
      const { user, kind, name } = options
      const settings = await readSettings(io, options.settings)
      const { id, trouble } = await withAdmin(io, options, actions => actions.accountAdd({ user, kind, settings, ...(name ? { name } : {}), try: options.try }))
      io.stdout.write(id + '\n')
      tellTrouble(io, options, id, trouble)
    })
}

/** An account that is there but does not connect: why, and what to do. Kinbox goes on trying, so it is no failure of the verb. */
export function tellTrouble(io: Io, options: GlobalOptions, id: string, trouble: string | undefined): void {
  if (trouble === undefined) return
  const where = dataOption(io, whereIs(io, options).config.data)
  io.stderr.write(`${id} does not work yet: ${line(trouble)}\nChange it: ${io.command} account set ${id} --settings FILE${where}\nOr take it away: ${io.command} account remove ${id}${where}\n`)
}

/** Settings from a JSON file, or from standard input (`-`). Throws CliError, without any of the text. */
export async function readSettings(io: Io, file: string): Promise<unknown> {
  return readJson(file, file === '-' ? await readAll(io.stdin) : await textOf(io, file))
}

async function textOf(io: Io, file: string): Promise<string> {
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
