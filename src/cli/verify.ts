import type { Command } from 'commander'
import type { VerifySummary } from '../jobs/verify.ts'
import { withAdmin } from './admin.ts'
import { CliError, type Io } from './io.ts'
import { bytesInWords, taskBar } from './task-bar.ts'
import type { GlobalOptions } from './where.ts'

type Options = GlobalOptions & { repair?: boolean, collect?: boolean, json?: boolean }

const shown = 50

/** `kinbox verify [--repair] [--collect]`: exit code 1 where something is wrong and was not repaired. */
export function verify(parent: Command, io: Io): void {
  parent.command('verify')
    .option('--repair', 'compute again what is derived: counts, newest messages, the edges of the log').option('--collect', 'remove files that nothing has referred to for a day')
    .option('--json', 'print one line of JSON at the end')
    .description('look whether everything stored is whole and agrees, while the server runs or not')
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const bar = taskBar(io)
      const summary = await withAdmin(io, options, actions => actions.verify({ repair: options.repair ?? false, collect: options.collect ?? false }, { progress: bar.update, signal: io.stopping })).finally(bar.stop)
      io.stdout.write(options.json ? JSON.stringify(summary) + '\n' : inWords(summary))
      const left = summary.findings.filter(({ repaired }) => !repaired)
      if (left.length > 0) throw new CliError(whatToDo(left, options, io.command))
    })
}

function whatToDo(left: VerifySummary['findings'], { repair }: Options, command: string): string {
  const count = left.length === 1 ? 'One thing is' : `${left.length} things are`
  if (left.some(({ kind }) => kind === 'database')) return `${count} wrong in the database file itself. Stop the server, keep a copy of the data folder, and restore a backup (${command} restore).`
  if (!repair && left.some(({ repairable }) => repairable)) return `${count} wrong. What is derived can be computed again: ${command} verify --repair`
  return `${count} wrong that cannot be computed again. A backup has it: ${command} restore, into another folder, to look at it there first.`
}

function inWords({ findings, messages, files, unused }: VerifySummary): string {
  const notes = findings.slice(0, shown).map(({ text, repaired }) => `${repaired ? 'repaired' : 'WRONG   '}  ${text}.`)
  return [
    ...notes, ...findings.length > shown ? [`and ${findings.length - shown} more; --json lists all`] : [],
    `Read ${messages} messages and ${files.count} files (${bytesInWords(files.bytes)})${findings.length === 0 ? ': all whole' : ''}.`,
    ...unused.count > 0 ? [unused.removed > 0 ? `Removed ${unused.removed} files that nothing refers to (of ${unused.count}, ${bytesInWords(unused.bytes)}).` : `${unused.count} files (${bytesInWords(unused.bytes)}) are not referred to; --collect removes them.`] : [], ''
  ].join('\n')
}
