import type { Command } from 'commander'
import { withAdmin } from './admin.ts'
import type { Io } from './io.ts'
import type { GlobalOptions } from './where.ts'

/** `kinbox token create --user NAME`: prints the token alone on a line. */
export function tokenCreate(parent: Command, io: Io): void {
  parent.command('create').requiredOption('--user <name>', 'whose').option('--name <text>', 'what it is for, to know it again', 'made in the terminal')
    .description('make a token that a program logs in with; it is shown this once')
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { user: string, name: string }>()
      const { token } = await withAdmin(io, options, actions => actions.tokenCreate({ user: options.user, name: options.name }))
      io.stdout.write(token + '\n')
    })
}
