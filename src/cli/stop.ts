import type { Command } from 'commander'
import { withServer } from './admin.ts'
import type { Io } from './io.ts'
import type { GlobalOptions } from './where.ts'

/** `kinbox stop`: asks the server on the data folder to end. */
export function stop(parent: Command, io: Io): void {
  parent.command('stop').description('end the server that runs on the data folder')
    .action(async (_options: object, command: Command) => {
      await withServer(io, command.optsWithGlobals<GlobalOptions>(), actions => actions.stop({}), { otherwise: 'there is nothing to stop. If it runs on another folder, name that one with --data, or in KINBOX_DATA.' })
      io.stdout.write('The server is stopping.\n')
    })
}
