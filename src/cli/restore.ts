import { resolve } from 'node:path'
import type { Command } from 'commander'
import { checkBackup, restore as restoreBackup, type RestoreSummary } from '../jobs/restore.ts'
import { TaskError } from '../jobs/task.ts'
import { CliError, type Io } from './io.ts'
import { taskBar } from './task-bar.ts'
import { dataOption, whereIs, type GlobalOptions } from './where.ts'

type Options = GlobalOptions & { force?: boolean, check?: boolean }

/** `kinbox restore BACKUP --data FOLDER`: the server must not run on the folder. */
export function restore(parent: Command, io: Io): void {
  parent.command('restore').argument('<backup>', 'the folder that `backup` wrote to')
    .option('--force', 'into a folder that is not empty: what is there is moved aside, into a folder in it').option('--check', 'only read the backup, to see whether it is whole')
    .description('put a backup into an empty data folder')
    .action(async (folder: string, _options: object, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const { config } = whereIs(io, options)
      const source = resolve(io.cwd, folder)
      const bar = taskBar(io)
      const at = { progress: bar.update, signal: io.stopping }
      try {
        if (options.check) {
          const { manifest, problems } = await checkBackup(source, at).finally(bar.stop)
          io.stdout.write([...problems.map(problem => `! ${problem}`), `The backup of ${manifest.madeAt} in ${source} holds ${manifest.messages} messages of ${manifest.users} users and ${manifest.files.count} files.`, ''].join('\n'))
          if (problems.length > 0) throw new CliError('The backup is not whole. What it holds can be restored; another backup may hold the rest.')
          return
        }
        const summary = await restoreBackup({ source, to: config.data, force: options.force ?? false, keyElsewhere: config.secretKey !== null, now: Date.now() }, at).finally(bar.stop)
        io.stdout.write(inWords(summary, config.data, io.command, dataOption(io, config.data)))
        if (summary.problems.length > 0) throw new CliError('Not everything could be restored; see above.')
      } catch (error) {
        throw error instanceof TaskError ? new CliError(error.message, { cause: error }) : error
      }
    })
}

function inWords({ madeAt, users, messages, files, keyInPlace, aside, waited, problems }: RestoreSummary, data: string, command: string, where: string): string {
  return [
    ...problems.map(problem => `! ${problem}`),
    `Restored the backup of ${madeAt} into ${data}: ${messages} messages of ${users} ${users === 1 ? 'user' : 'users'}, ${files.count} files.`,
    ...aside ? [`What was there lies in ${aside}; delete it when it is not needed any more.`] : [],
    ...keyInPlace ? [] : [`There is no secret.key: put the one of that time into the folder before the first start, or enter the passwords of the accounts again: ${command} account set ID --settings FILE${where}`],
    ...waited > 0 ? [`${waited} ${waited === 1 ? 'message' : 'messages'} waited to be sent when the backup was made. They may have gone since, so Kinbox does not send them by itself: they are shown as uncertain.`] : [],
    `Tokens and passwords are those of that time: what was revoked since is valid again. Start: ${command} serve${where}`, ''
  ].join('\n')
}
