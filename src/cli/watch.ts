import type { Command } from 'commander'
import type { Client, Event } from '#client'
import { connect } from './client.ts'
import type { Io } from './io.ts'
import { findLogin, type LoginOptions } from './login.ts'
import { channelSign, clock, cut, line, painter } from './paint.ts'

/** `kinbox watch`: what happens, as it happens; after a cut it goes on where it was. Ends at Ctrl-C. */
export function watch(parent: Command, io: Io): void {
  parent.command('watch').option('--user <name>', "whose, on the server's own machine").option('--json', 'each event as a line of JSON')
    .description('show what happens, live')
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<LoginOptions & { json?: boolean }>()
      const say = (text: string) => io.stderr.write(painter(io).dim(text) + '\n')
      const prepare = (client: Client) => {
        client.onEvent(event => io.stdout.write(options.json ? JSON.stringify(event) + '\n' : inWords(event, io)))
        client.onReset(() => say(`The server no longer has what happened meanwhile; ${io.command} inbox shows how things are.`))
      }
      const client = await connect({ ...await findLogin(io, options), signal: io.stopping, prepare }).catch((error: unknown) => {
        if (io.stopping.aborted) return null
        throw error
      })
      if (!client) return
      say('Watching. Ctrl-C ends it.')
      await ended(client, () => say('The connection was cut; connecting again.'))
      if (!io.stopping.aborted && client.error) throw client.error
    })
}

/** Resolves when the client will not come back. `onCut` is called once for each cut, however often it tries then. */
function ended(client: Client, onCut: () => void): Promise<void> {
  return new Promise(resolve => client.status.subscribe(status => {
    if (status === 'signed-out') resolve()
    else if (status === 'connecting') onCut()
  }))
}

/** An event in words; '' where it is nothing to tell. */
export function inWords(event: Event, io: Pick<Io, 'stdout' | 'env'>): string {
  const { bold, dim, red } = painter(io)
  const { type, ts, id, history } = event
  if (type === 'message.created' || type === 'message.changed') {
    const message = event.data
    if (!message) return ''
    const failed = message.attempts?.find(({ error }) => error)?.error
    if (type === 'message.changed' && (message.direction === 'in' || message.status === 'sending')) return ''
    const who = message.direction === 'in' ? bold(line(message.sender.name || message.sender.address)) : `You ${dim(message.status ?? '')}`
    const rest = dim(`(${message.conversationId}, ${message.folder}: ${line(message.because.text)})`)
    const what = message.direction === 'in' ? `${who}: ${cut(line(message.text), 120)} ${rest}` : `${who}: ${cut(line(message.text), 60)}${failed ? ' ' + red(line(failed.text)) : ''} ${dim(`(${message.conversationId})`)}`
    return `${clock(ts)} ${channelSign(message.channel)}  ${what}\n`
  }
  if (type === 'account.changed') {
    const account = event.data
    return account ? `${clock(ts)} account ${line(account.name)} (${id}): ${account.status}${account.error ? `, ${red(line(account.error.text))}` : ''}\n` : ''
  }
  return history ? dim(`${clock(ts)} ${history} older messages came into ${id}`) + '\n' : ''
}
