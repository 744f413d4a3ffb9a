import type { Command } from 'commander'
import { withAdmin } from './admin.ts'
import type { Io } from './io.ts'
import { readPassword } from './user-add.ts'
import type { GlobalOptions } from './where.ts'

/** `kinbox user password NAME --password-stdin`: for who has forgotten theirs, or was made without one. */
export function userPassword(parent: Command, io: Io): void {
  parent.command('password').argument('<name>', 'whose').requiredOption('--password-stdin', 'read the new password from standard input')
    .description('set a new password, and sign their browsers out')
    .action(async (user: string, _options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const password = await readPassword(io, 'user password')
      const { ended } = await withAdmin(io, options, actions => actions.userPassword({ user, password }))
      io.stdout.write(`${user} has a new password.${ended > 0 ? ` ${ended} ${ended === 1 ? 'browser was' : 'browsers were'} signed out; tokens of programs stay.` : ''}\n`)
    })
}
