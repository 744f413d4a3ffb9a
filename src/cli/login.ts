import { KinboxError } from '#client'
import type { Client } from '#client'
import { withServer } from './admin.ts'
import { connect, lost } from './client.ts'
import { CliError, type Io } from './io.ts'
import { demoUser, type GlobalOptions } from './where.ts'

export type LoginOptions = GlobalOptions & { user?: string }

/** Where to connect and with what: KINBOX_URL and KINBOX_TOKEN, else a short-lived token of `--user` from the server on the data folder. */
export async function findLogin(io: Io, options: LoginOptions): Promise<{ url: string, token: string }> {
  const { KINBOX_URL: url, KINBOX_TOKEN: token } = io.env
  const user = options.user ?? (options.demo ? demoUser : undefined)
  if (!user && token) return { url: url || 'http://127.0.0.1:8420', token }
  if (!user) throw new CliError(`Whose inbox? Say --user NAME on the server's own machine, or set KINBOX_URL and KINBOX_TOKEN (a token comes from: ${io.command} token create --user NAME).`, { exitCode: 2 })
  return withServer(io, options, async actions => {
    const { url } = await actions.status({})
    if (!url) throw new CliError('The server has not opened its port yet. Try again in a moment.')
    const { token } = await actions.tokenCreate({ user, name: 'kinbox in the terminal', expiresIn: 15 * 60_000 })
    return { url, token }
  })
}

/** `--user` or `--demo` for a command that somebody is told to run next, with a space before it; '' where a token says who it is. */
export function loginOption({ user, demo }: LoginOptions): string {
  return demo ? ' --demo' : user ? ` --user ${user}` : ''
}

/** Asks about one conversation. Throws CliError where there is none of that id. */
export async function ofConversation<T>(io: Io, options: LoginOptions, id: string, asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    if (!(error instanceof KinboxError) || error.kind !== 'not_found') throw error
    const who = loginOption(options)
    throw new CliError(`There is no conversation ${id}. List them: ${io.command} inbox${who}, or ${io.command} inbox --other${who}`, { cause: error })
  })
}

/** Connects, does something, and disconnects. */
export async function withClient<T>(io: Io, options: LoginOptions, act: (client: Client) => Promise<T>): Promise<T> {
  const login = await findLogin(io, options)
  const client = await connect({ ...login, signal: io.stopping })
  try {
    return await Promise.race([act(client), lost(client, login.url)])
  } finally {
    client.close()
  }
}
