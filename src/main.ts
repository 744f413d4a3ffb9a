import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runCli } from './cli/run.ts'

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // The second time, at once.
  process.on(signal, () => stopping.signal.aborted ? process.exit(1) : stopping.abort())
}
if (process.env['npm_lifecycle_event']) {
  // npm, when it is told to end, leaves what it started behind: an orphan ends by itself.
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && stopping.abort(), 500).unref()
}
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)   // `kinbox inbox | head`
})

process.exitCode = await runCli(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  stopping: stopping.signal,
  command: existsSync(join(process.cwd(), 'bin/kinbox')) ? 'bin/kinbox' : 'kinbox',
  app: () => import('./app.ts')
})
