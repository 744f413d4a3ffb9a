import type { Command } from 'commander'
import { CliError, type Io } from './io.ts'
import { buildPage, type PageBuild } from './page-build.ts'

/** `kinbox page [--force]`: builds the web page, as the server does at its start. */
export function page(parent: Command, io: Io): void {
  parent.command('page').option('--force', 'build it even where nothing has changed').description('build the web page, where it is missing or older than its sources')
    .action(async ({ force = false }: { force?: boolean }) => {
      const built = await buildPage({ force, signal: io.stopping })
      if (built.outcome === 'failed') throw new CliError(failedWords(built, io))
      io.stdout.write(built.outcome === 'built' ? `The web page is built (${seconds(built.ms)}).\n` : 'The web page is as its sources are.\n')
    })
}

/** For the server: builds beside it, says so on the terminal, and never stands in its way. */
export async function buildPageBeside(io: Io): Promise<void> {
  if (io.stopping.aborted) return
  const built = await buildPage({
    signal: io.stopping,
    begins: (missing) => void io.stderr.write(`The web page is ${missing ? 'not built yet' : 'older than its sources'}: building it takes a few seconds …\n`)
  })
  if (io.stopping.aborted) return
  if (built.outcome === 'built') io.stderr.write(`The web page is built (${seconds(built.ms)}).\n`)
  if (built.outcome === 'failed') io.stderr.write(failedWords(built, io) + '\n')
}

function failedWords({ why }: PageBuild, io: Io): string {
  return `The web page could not be built; the server works without it.\n${(why ?? '').split('\n').map((line) => `  ${line}`).join('\n')}\nTry again with: ${io.command} page`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
