import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { BackupSummary } from '../jobs/backup.ts'
import { withAdmin } from './admin.ts'
import { CliError, type Io } from './io.ts'
import { bytesInWords, taskBar } from './task-bar.ts'
import type { GlobalOptions } from './where.ts'

type Options = GlobalOptions & { key: boolean, replace?: boolean, json?: boolean }

/** `kinbox backup FOLDER`: returns once it is on disk and was looked at. Exit code 1 where something could not be put into it. */
export function backup(parent: Command, io: Io): void {
  parent.command('backup').argument('<folder>', 'where to; the next time, only what is new is added')
    .option('--without-key', 'leave secret.key out: who gets hold of the backup cannot read the passwords of the accounts, and neither can you without that file').option('--replace', 'also over the backup of another Kinbox')
    .option('--json', 'print one line of JSON at the end')
    .description('back up the data folder, while the server runs or not')
    .action(async (folder: string, _options: object, command: Command) => {
      const options = command.optsWithGlobals<Options & { withoutKey?: boolean }>()
      const to = resolve(io.cwd, folder)
      const bar = taskBar(io)
      const summary = await withAdmin(io, options, actions => actions.backup({ to, key: !options.withoutKey, replace: options.replace ?? false }, { progress: bar.update, signal: io.stopping })).finally(bar.stop)
      io.stdout.write(options.json ? JSON.stringify(summary) + '\n' : inWords(summary, to))
      if (summary.problems.length > 0) throw new CliError(`The backup was made, but ${summary.problems.length === 1 ? 'something is' : `${summary.problems.length} things are`} missing in it; see above. Run: ${io.command} verify`)
    })
}

const keyWords: Record<BackupSummary['key'], string> = {
  included: 'secret.key is in it: keep the backup as safe as your mail.',
  'left out': 'secret.key is not in it: keep that file elsewhere. Without it, the passwords of the accounts have to be entered again.',
  elsewhere: 'The key of the passwords is in KINBOX_SECRET_KEY, not in the backup: keep it elsewhere.'
}

function inWords({ users, messages, files, added, databaseBytes, key, problems }: BackupSummary, to: string): string {
  return [
    ...problems.slice(0, 20).map(problem => `! ${problem}`), ...problems.length > 20 ? [`! and ${problems.length - 20} more; --json lists all`] : [],
    `Backed up to ${to}: ${messages} messages of ${users} ${users === 1 ? 'user' : 'users'} (database ${bytesInWords(databaseBytes)}), ${files.count} files (${bytesInWords(files.bytes)}, ${added} new). Opened and checked.`,
    keyWords[key], ''
  ].join('\n')
}
