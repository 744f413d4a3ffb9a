import type { Command } from 'commander'
import { withAdmin } from './admin.ts'
import { CliError, readAll, type Io } from './io.ts'
import type { GlobalOptions } from './where.ts'

/** `kinbox user add NAME [--password-stdin]` */
export function userAdd(parent: Command, io: Io): void {
  parent.command('add').argument('<name>', 'what they log in with').option('--password-stdin', 'read the password from standard input; without it, the user logs in by tokens only')
    .description('make a user')
    .action(async (name: string, _options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { passwordStdin?: boolean }>()
      const password = options.passwordStdin ? await readPassword(io) : null
      await withAdmin(io, options, actions => actions.userAdd({ name, password }), { makes: true })
      io.stdout.write(`Made the user ${name}.${password === null ? ` Without a password: make a token to log in with (${io.command} token create --user ${name}), or give them one (${io.command} user password ${name} --password-stdin).` : ''}\n`)
    })
}

/** The password on standard input. Throws CliError where there is none. */
export async function readPassword(io: Io, verb = 'user add'): Promise<string> {
  if (io.stdin.isTTY) io.stderr.write('Password (end with Ctrl-D on a line of its own; it is shown as you type): ')
  const password = (await readAll(io.stdin)).replace(/\r?\n$/, '')
  if (password === '') throw new CliError(`No password came on standard input. For example: printf %s "$PASSWORD" | ${io.command} ${verb} NAME --password-stdin`, { exitCode: 2 })
  return password
}
