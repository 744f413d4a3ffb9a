import type { Command } from 'commander'
import { withAdmin } from './admin.ts'
import type { Io } from './io.ts'
import { line } from './paint.ts'
import type { GlobalOptions } from './where.ts'

/** `kinbox account remove ID` */
export function accountRemove(parent: Command, io: Io): void {
  parent.command('remove').argument('<account>', 'its id, as `account list` shows it')
    .description('disconnect an account and forget its settings; its messages stay')
    .action(async (id: string, _options: object, command: Command) => {
      const { user, name } = await withAdmin(io, command.optsWithGlobals<GlobalOptions>(), actions => actions.accountRemove({ id }))
      io.stdout.write(`Removed ${id} (${user}, ${line(name)}). Its messages stay, here and at the provider.\n`)
    })
}
