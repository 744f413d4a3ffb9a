import { resolve } from 'node:path'
import progress from 'cli-progress'
import type { Command } from 'commander'
import type { ImportProgress, ImportSummary } from '../api/admin-actions.ts'
import { withAdmin } from './admin.ts'
import { CliError, type Io } from './io.ts'
import { line } from './paint.ts'
import type { GlobalOptions } from './where.ts'

type Options = GlobalOptions & { user: string, account?: string, own: string[], json?: boolean }

/** `kinbox import --user NAME [--account ID] [--own ADDRESS]… PATH…`: returns once all is durable; doing it again changes nothing. */
export function importFiles(parent: Command, io: Io): void {
  parent.command('import').argument('<path...>', '.eml files, folders of them, mbox files, Maildirs').requiredOption('--user <name>', 'whose')
    .option('--account <id>', 'into this account; without it, one called "Imported"')
    .option('--own <address>', "an address of the user's own, to tell what they sent; may be repeated", (value: string, all: string[]) => [...all, value], [])
    .option('--json', 'print one line of JSON at the end')
    .description('take in mail from files')
    .action(async (paths: string[], _options: object, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const bar = showProgress(io)
      const summary = await withAdmin(io, options, actions => actions.importFiles({
        user: options.user,
        own: options.own,
        paths: paths.map(path => resolve(io.cwd, path)),
        ...(options.account ? { account: options.account } : {})
      }, { progress: bar.update, signal: io.stopping }), { parses: 'email' }).finally(bar.stop)
      io.stdout.write(options.json ? JSON.stringify(summary) + '\n' : inWords(summary, paths))
      if (io.stopping.aborted) throw new CliError('Stopped before the end. What came in so far is kept; the same command goes on from there.')
    })
}

/** A bar on standard error, where that is a terminal. */
function showProgress({ stderr }: Io): { update(progress: ImportProgress): void, stop(): void } {
  if (!stderr.isTTY) return { update() {}, stop() {} }
  const bar = new progress.SingleBar({ format: '{bar} {percentage} % | {messages} mails, {rate} a second | {eta_formatted} left', hideCursor: true, clearOnComplete: true }, progress.Presets.shades_classic)
  const began = performance.now()
  bar.start(1, 0, { messages: 0, rate: '-' })
  return {
    update({ bytes, totalBytes, messages }) {
      bar.setTotal(Math.max(totalBytes, 1))
      bar.update(bytes, { messages, rate: Math.round(messages / Math.max(1, performance.now() - began) * 1000) })
    },
    stop: () => bar.stop()
  }
}

function inWords({ messages, stored, known, unreadable, problems }: ImportSummary, paths: string[]): string {
  const shown = problems.slice(0, 20).map(({ name, problem }) => `  ${line(name)}: ${line(problem)}\n`)
  const more = problems.length > shown.length ? `  and ${problems.length - shown.length} more; --json lists all\n` : ''
  return [
    `${messages} ${messages === 1 ? 'mail' : 'mails'} read: ${stored} new, ${known} already there${unreadable > 0 ? `, ${unreadable} kept but unreadable` : ''}.\n`,
    messages + problems.length === 0 ? `There is nothing to read in ${paths.map(line).join(', ')}: no mail files (.eml), mbox files or Maildirs. Files whose names begin with a dot are left out.\n` : '',
    problems.length > 0 ? `Not taken (${problems.length}):\n${shown.join('')}${more}` : ''
  ].join('')
}
