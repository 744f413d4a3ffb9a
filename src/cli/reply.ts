import type { Command } from 'commander'
import type { Client, Message } from '#client'
import { CliError, readAll, type Io } from './io.ts'
import { loginOption, ofConversation, withClient, type LoginOptions } from './login.ts'
import { channelSign, line, painter } from './paint.ts'

type Options = LoginOptions & { via?: string, subject?: string, wait: boolean }

const patience = 10_000

/** `kinbox reply CONV TEXT…`: answers over the channel that reaches them, and says which and why. */
export function reply(parent: Command, io: Io): void {
  parent.command('reply').argument('<conversation>', 'its id, as `inbox` shows it').argument('<text...>', 'what to say; - reads standard input')
    .option('--user <name>', "whose, on the server's own machine").option('--via <channel>', 'email, sms, …; without it, the best one is chosen').option('--subject <text>', 'where the channel has subjects').option('--no-wait', 'do not wait until it has left')
    .description('answer in a conversation')
    .action(async (conversationId: string, words: string[], _options: object, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const text = words.length === 1 && words[0] === '-' ? (await readAll(io.stdin)).trimEnd() : words.join(' ')
      if (text.trim() === '') throw new CliError('There is nothing to say: the text is empty.', { exitCode: 2 })
      const message = await withClient(io, options, async client => {
        const heard = follow(client)
        const accepted = await ofConversation(io, options, conversationId, client.call('message.send', {
          conversationId, text,
          ...(options.subject ? { subject: options.subject } : {}),
          ...(options.via ? { via: { channel: options.via } } : {})
        }))
        return options.wait ? heard.left(accepted, io.stopping) : accepted
      })
      io.stdout.write(outcome(message, io))
      if (message.status === 'failed') throw new CliError(`It was not sent. Try another way: ${io.command} reply ${conversationId} --via CHANNEL …${loginOption(options)}`)
    })
}

/** Hears of messages from now on, also before the answer to `message.send` names the one. `left`: it once it has left or failed, or as it is when patience ends. */
function follow(client: Client): { left(message: Message, stopping: AbortSignal): Promise<Message> } {
  const latest = new Map<string, Message>()
  let wake = () => {}
  const end = client.onEvent(({ type, data }) => {
    if ((type === 'message.created' || type === 'message.changed') && data && data.direction === 'out') latest.set(data.id, data)
    wake()
  })
  return {
    async left(message, stopping) {
      const deadline = AbortSignal.any([AbortSignal.timeout(patience), stopping])
      const now = () => latest.get(message.id) ?? message
      while (['queued', 'sending'].includes(now().status ?? '') && !deadline.aborted) {
        await new Promise<void>(resolve => {
          wake = resolve
          deadline.addEventListener('abort', () => resolve(), { once: true })
        })
      }
      end()
      return now()
    }
  }
}

/** What became of it, over which channel, and why that one. */
export function outcome(message: Message, io: Pick<Io, 'stdout' | 'env'>): string {
  const { bold, dim, red } = painter(io)
  const [first] = message.attempts ?? []
  const to = [...new Set((message.attempts ?? []).map(({ recipient }) => line(recipient.address)))].join(', ')
  const status = message.status ?? 'queued'
  const lines = [`${channelSign(message.channel)}  ${bold(status)}${to ? ` to ${to}` : ''}`]
  if (first) lines.push(dim(`because: ${line(first.because.text)}`))
  for (const { error } of message.attempts ?? []) if (error) lines.push(red(line(error.text)))
  if (status === 'queued' || status === 'sending') lines.push(dim('It is stored and goes out as soon as it can.'))
  return lines.join('\n') + '\n'
}
