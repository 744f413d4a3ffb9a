import { resolve } from 'node:path'
import type { Command } from 'commander'
import { withAdmin } from './admin.ts'
import type { Io } from './io.ts'
import { line } from './paint.ts'
import type { GlobalOptions } from './where.ts'

type Options = GlobalOptions & { user: string, friends?: boolean, group: string[], friendsIn: string[], json?: boolean }

/** `kinbox contacts import --user NAME [--friends] [--group NAME]… FILE`: doing it again changes nothing. */
export function contactsImport(parent: Command, io: Io): void {
  parent.command('import').argument('<file>', 'a vCard file, as phones and address books export it').requiredOption('--user <name>', 'whose')
    .option('--friends', 'they are friends: what they write comes into the inbox')
    .option('--friends-in <group>', 'who is in this group is a friend; may be repeated', (value: string, all: string[]) => [...all, value], [])
    .option('--group <name>', 'only who is in this group; may be repeated', (value: string, all: string[]) => [...all, value], [])
    .option('--json', 'print one line of JSON')
    .description('take in people from a vCard file')
    .action(async (file: string, _options: object, command: Command) => {
      const { user, friends = false, group, friendsIn, json, ...options } = command.optsWithGlobals<Options>()
      const { people, left } = await withAdmin(io, options, actions => actions.importContacts({ user, path: resolve(io.cwd, file), friends, groups: group, ...(friendsIn.length > 0 ? { friendGroups: friendsIn } : {}) }))
      if (json) return void io.stdout.write(JSON.stringify({ people, left }) + '\n')
      const shown = left.slice(0, 20).map(({ name, why }) => `  ${line(name)}: ${line(why)}\n`).join('')
      io.stdout.write(`${people} ${people === 1 ? 'person' : 'people'} taken in.\n${left.length > 0 ? `Not taken (${left.length}):\n${shown}${left.length > 20 ? `  and ${left.length - 20} more; --json lists all\n` : ''}` : ''}`)
    })
}
