import type { Command } from 'commander'
import { withAdmin } from './admin.ts'
import type { Io } from './io.ts'
import type { GlobalOptions } from './where.ts'

/** `kinbox user list` */
export function userList(parent: Command, io: Io): void {
  parent.command('list').description('show the users')
    .action(async (_options: object, command: Command) => {
      const users = await withAdmin(io, command.optsWithGlobals<GlobalOptions>(), actions => actions.userList({}))
      if (users.length === 0) io.stderr.write(`There is no user yet. Make one: ${io.command} user add NAME --password-stdin\n`)
      for (const { id, name, createdAt } of users) io.stdout.write(`${id}\t${name}\tsince ${new Date(createdAt).toISOString().slice(0, 10)}\n`)
    })
}
