import type { Command } from 'commander'
import { withAdmin } from './admin.ts'
import type { Io } from './io.ts'
import { line } from './paint.ts'
import type { GlobalOptions } from './where.ts'

/** `kinbox account list [--user NAME]` */
export function accountList(parent: Command, io: Io): void {
  parent.command('list').option('--user <name>', 'only theirs').description('show the accounts and how they are')
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { user?: string }>()
      const accounts = await withAdmin(io, options, actions => actions.accountList(options.user ? { user: options.user } : {}))
      if (accounts.length === 0) io.stderr.write(`There is no account yet. Connect one: ${io.command} account add --user NAME --kind KIND --settings FILE.json (${io.command} account kinds lists the kinds)\n`)
      for (const { id, user, kind, name, status, error } of accounts) {
        io.stdout.write(`${id}\t${user}\t${kind}\t${line(name)}\t${status}${error ? `: ${line(error)}` : ''}\n`)
      }
    })
}
