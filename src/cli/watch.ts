import type { Command } from 'commander'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account, Message } from '../api/objects.ts'
import { CallError, connect, type Client, type ServerEvent } from './client.ts'
import { CliError, type Io } from './io.ts'
import { findLogin, type LoginOptions } from './login.ts'
import { channelSign, clock, cut, line, painter } from './paint.ts'

type Position = { logId: string, seq: number }

/** `kinbox watch`: what happens, as it happens; after a cut it goes on where it was. Ends at Ctrl-C. */
export function watch(parent: Command, io: Io): void {
  parent.command('watch').option('--user <name>', "whose, on the server's own machine").option('--json', 'each event as a line of JSON')
    .description('show what happens, live')
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<LoginOptions & { json?: boolean }>()
      const say = (text: string) => io.stderr.write(painter(io).dim(text) + '\n')
      let position: Position | null = null
      for (let failures = 0; !io.stopping.aborted;) {
        try {
          const client: Client = await connect({ ...await findLogin(io, options), ...(position ? { resume: position } : {}), signal: io.stopping })
          failures = 0
          const { logId, head, resume } = client.hello
          if (!position) say('Watching. Ctrl-C ends it.')
          if (position && resume === 'snapshot_required') say(`The server no longer has what happened meanwhile; ${io.command} inbox shows how things are.`)
          if (!position || resume === 'snapshot_required') position = { logId, seq: head }
          for await (const event of follow(client, position)) io.stdout.write(options.json ? JSON.stringify(event) + '\n' : inWords(event, io))
          client.close()
        } catch (error) {
          // What a second try cannot mend ends the first; once it has run, only a refusal does.
          if (io.stopping.aborted) return
          if (error instanceof CallError || (error instanceof CliError && error.exitCode === 2) || !position) throw error
        }
        if (io.stopping.aborted) return
        if (failures === 0) say('The connection was cut; connecting again.')
        await sleep(Math.min(30_000, 500 * 2 ** failures++) * (0.5 + Math.random() / 2), undefined, { signal: io.stopping }).catch(() => {})
      }
    })
}

/**
 * The events of one connection without gap or double: each says which came before it on this stream. One that was seen is dropped; where one is
 * missing, the connection is given up, and the next goes on at `position`, which is moved along.
 */
export async function* follow(client: Pick<Client, 'events' | 'close'>, position: Position): AsyncGenerator<ServerEvent> {
  for await (const event of client.events()) {
    if (event.seq <= position.seq) continue
    if (event.prev !== position.seq) return client.close()
    position.seq = event.seq
    if (event.type !== 'sync.position') yield event
  }
}

/** An event in words; '' where it is nothing to tell. */
export function inWords({ type, ts, id, data, history }: ServerEvent, io: Pick<Io, 'stdout' | 'env'>): string {
  const { bold, dim, red } = painter(io)
  if (type === 'message.created' || type === 'message.changed') {
    const message = data as Message | undefined
    if (!message) return ''
    const failed = message.attempts?.find(({ error }) => error)?.error
    if (type === 'message.changed' && (message.direction === 'in' || message.status === 'sending')) return ''
    const who = message.direction === 'in' ? bold(line(message.sender.name || message.sender.address)) : `You ${dim(message.status ?? '')}`
    const rest = dim(`(${message.conversationId}, ${message.folder}: ${line(message.because.text)})`)
    const what = message.direction === 'in' ? `${who}: ${cut(line(message.text), 120)} ${rest}` : `${who}: ${cut(line(message.text), 60)}${failed ? ' ' + red(line(failed.text)) : ''} ${dim(`(${message.conversationId})`)}`
    return `${clock(ts)} ${channelSign(message.channel)}  ${what}\n`
  }
  if (type === 'account.changed') {
    const account = data as Account | undefined
    return account ? `${clock(ts)} account ${line(account.name)} (${id}): ${account.status}${account.error ? `, ${red(line(account.error.text))}` : ''}\n` : ''
  }
  return history ? dim(`${clock(ts)} ${history} older messages came into ${id}`) + '\n' : ''
}
