import { readFile } from 'node:fs/promises'
import { Command, CommanderError } from 'commander'
import { KinboxError } from '#client'
import { AdminError } from '../api/admin-actions.ts'
import { accountAdd } from './account-add.ts'
import { accountKinds } from './account-kinds.ts'
import { accountList } from './account-list.ts'
import { accountRemove } from './account-remove.ts'
import { accountSet } from './account-set.ts'
import { backup } from './backup.ts'
import { contactsImport } from './contacts-import.ts'
import { doctor } from './doctor.ts'
import { exportAll } from './export.ts'
import { importFiles } from './import.ts'
import { inbox } from './inbox.ts'
import { CliError, type Io } from './io.ts'
import { page } from './page.ts'
import { read } from './read.ts'
import { reply } from './reply.ts'
import { restore } from './restore.ts'
import { serve } from './serve.ts'
import { stop } from './stop.ts'
import { tokenCreate } from './token-create.ts'
import { userAdd } from './user-add.ts'
import { userList } from './user-list.ts'
import { userPassword } from './user-password.ts'
import { verify } from './verify.ts'
import { watch } from './watch.ts'

/** Runs one `kinbox` command. Resolves with its exit code: 0 done, 1 failed, 2 written wrongly. Never rejects. */
export async function runCli(args: string[], io: Io): Promise<number> {
  const program = new Command('kinbox')
    .description('A self-hosted social inbox: mail, SMS and chat with one person in one thread.')
    .option('--data <folder>', 'the data folder (else KINBOX_DATA, else ./data)')
    .option('--demo', 'the demo: its own folder, ./data-demo, and its own user')
    .version(await ownVersion(), '-V, --version', 'show which version this is')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ writeOut: text => void io.stdout.write(text), writeErr: text => void io.stderr.write(text) })
  serve(program, io)
  const user = program.command('user').description('users')
  userAdd(user, io)
  userPassword(user, io)
  userList(user, io)
  tokenCreate(program.command('token').description('tokens, which programs log in with'), io)
  const account = program.command('account').description('mailboxes, numbers, …')
  accountAdd(account, io)
  accountSet(account, io)
  accountRemove(account, io)
  accountList(account, io)
  accountKinds(account, io)
  importFiles(program, io)
  contactsImport(program.command('contacts').description('people'), io)
  exportAll(program, io)
  inbox(program, io)
  read(program, io)
  reply(program, io)
  watch(program, io)
  stop(program, io)
  backup(program, io)
  restore(program, io)
  verify(program, io)
  doctor(program, io)
  page(program, io)
  pointToHelp(program, io.command)
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    io.stderr.write(`kinbox: ${wordsFor(error, io)}\n`)
    return error instanceof CliError ? error.exitCode : 1
  }
}

/** What is written wrongly points to the help of that very verb. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(${path} --help shows what there is)`)
  for (const verb of command.commands) pointToHelp(verb, `${path} ${verb.name()}`)
}

async function ownVersion(): Promise<string> {
  return (JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version
}

function wordsFor(error: unknown, io: Io): string {
  if (!(error instanceof Error)) return String(error)
  const known = error instanceof CliError || error instanceof AdminError || ['StartError', 'ConfigError'].includes(error.name)
  if (known) return error.message
  if (error instanceof KinboxError) return error.kind === 'unauthenticated' ? `The server does not take this token (${error.message}). Make another: ${io.command} token create --user NAME` : error.message
  return io.env['KINBOX_LOG_LEVEL'] === 'debug' ? error.stack ?? error.message : `${error.message} (KINBOX_LOG_LEVEL=debug shows more)`
}
