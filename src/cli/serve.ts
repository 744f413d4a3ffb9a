import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { CliError, type App, type Io } from './io.ts'
import type { Config } from '../../config/options.ts'
import { buildPageBeside } from './page.ts'
import { painter } from './paint.ts'
import { dataOption, demoUser, openLog, whereIs, type GlobalOptions } from './where.ts'

/** `kinbox serve [--demo]`: the server, until it is told to stop. */
export function serve(parent: Command, io: Io): void {
  parent.command('serve').description('run the server')
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const { config, warnings } = whereIs(io, options)
      const log = openLog(options.demo && !io.env['KINBOX_LOG_LEVEL'] ? { ...config, logLevel: 'warn' } : config)
      for (const warning of warnings) log.warn({}, warning)
      if (config.connectors !== null && !existsSync(config.connectors)) throw new CliError(`KINBOX_CONNECTORS names a folder that is not there: ${config.connectors}. Correct it, or leave it out.`)
      const app = await (await io.app()).startApp(config, log).catch((error: unknown) => { throw cannotListen(error, config) })
      const built = buildPageBeside(io)
      try {
        io.stdout.write(options.demo ? await demoWords(app, io) : await firstWords(app, io, config.data))
        await new Promise<void>(resolve => {
          if (io.stopping.aborted) resolve()
          io.stopping.addEventListener('abort', () => resolve(), { once: true })
        })
      } finally {
        await built
        await app.stop()
      }
    })
}

/** What to do where the address cannot be listened on; any other error as it is. */
function cannotListen(error: unknown, { host, port }: Pick<Config, 'host' | 'port'>): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error
  const told = (text: string) => new CliError(text, { cause: error })
  if (error.syscall === 'listen' && error.code === 'EADDRINUSE') return told(`Port ${port} of ${host} is taken: something else listens there, perhaps another Kinbox. Stop that one, or choose another port in KINBOX_PORT (0 takes any free one).`)
  if (error.syscall === 'listen' && error.code === 'EACCES') return told(`This user may not listen on port ${port}: ports below 1024 are the system's. Choose another in KINBOX_PORT, and put a proxy before it.`)
  if (error.syscall === 'listen' && error.code === 'EADDRNOTAVAIL') return told(`${host} is no address of this machine. Correct KINBOX_HOST: 127.0.0.1 is this machine only, 0.0.0.0 all networks it is in.`)
  if (error.syscall === 'getaddrinfo') return told(`There is no address for the name ${host} (${String(error.code)}). Correct KINBOX_HOST: 127.0.0.1 is this machine only, 0.0.0.0 all networks it is in.`)
  return error
}

async function firstWords(app: App, io: Io, folder: string): Promise<string> {
  const { bold } = painter(io)
  const users = await app.admin.userList({})
  const accounts = await app.admin.accountList({})
  const name = users[0]?.name ?? 'NAME'
  const where = dataOption(io, folder)
  const code = await app.doorCode()
  const steps = [
    ...(code === null ? [] : [`  in a browser:       ${bold(pageOf(app, io, `/welcome#code=${code}`))}   (it makes the first user: for you alone)`]),
    ...(users.length === 0 ? [`  or make a user:     printf %s "$PASSWORD" | ${io.command} user add NAME --password-stdin${where}`] : []),
    ...(accounts.length === 0 ? [
      `  connect a mailbox:  ${io.command} account add --user ${name} --kind email --settings mail.json${where}   (README.md shows the file)`,
      `  or a phone number:  ${io.command} account kinds${where}   shows what can be connected`
    ] : [])
  ]
  return [
    `Kinbox is at ${bold(addressOf(app))}, its data in ${folder}. Ctrl-C ends it.`,
    ...(steps.length > 0 ? ['What to do next, in a browser or in another terminal:', ...steps] : [`Open ${bold(pageOf(app, io, '/'))} in a browser, or see what is new: ${io.command} inbox --user ${name}${where}`]), ''
  ].join('\n')
}

/** The first start makes a user, and an account of the demo network, which has people who write. */
async function demoWords(app: App, io: Io): Promise<string> {
  const { bold, dim } = painter(io)
  const { admin } = app
  if (!(await admin.userList({})).some(({ name }) => name === demoUser)) await admin.userAdd({ name: demoUser, password: null })
  if ((await admin.accountList({ user: demoUser })).length === 0) await admin.accountAdd({ user: demoUser, kind: 'demo', settings: {}, name: 'Demo' })
  const { token } = await admin.tokenCreate({ user: demoUser, name: 'demo', expiresIn: 7 * 86_400_000 })
  const url = addressOf(app)
  const code = await app.doorCode(demoUser)
  return [
    `Kinbox is at ${bold(url)} with a demo network: nothing leaves this machine. Ctrl-C ends it.`,
    `In a browser: ${bold(pageOf(app, io, `/login#code=${code}`))} ${dim('(once, within an hour)')}`,
    'Or in another terminal:',
    `  ${io.command} inbox --demo            ${dim('one line for each person, whatever they write with')}`,
    `  ${io.command} read ID --demo          ${dim('mail, SMS and chat in one thread; ID is the first word of a line')}`,
    `  ${io.command} reply ID Hello --demo   ${dim('the channel is chosen for you, with the reason')}`,
    `  ${io.command} inbox --other --demo    ${dim('everybody who is no friend')}`,
    `  ${io.command} watch --demo            ${dim('what happens, live')}`,
    'From a program (docs/protocol.md):',
    `  KINBOX_URL=${url}`,
    `  KINBOX_TOKEN=${token}`, ''
  ].join('\n')
}

/** Where browsers find the page: by the public URL where there is one. */
function pageOf(app: App, io: Io, path: string): string {
  return (io.env['KINBOX_PUBLIC_URL']?.replace(/\/$/, '') || addressOf(app)) + path
}

function addressOf({ address: { host, port } }: App): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
