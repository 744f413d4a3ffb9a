import type { Command } from 'commander'
import type { Conversation, Message } from '#client'
import { readLimit, type Io } from './io.ts'
import { ofConversation, withClient, type LoginOptions } from './login.ts'
import { channelSign, clean, clock, line, longDay, painter, wrap } from './paint.ts'

type Options = LoginOptions & { limit: number, keepUnread?: boolean }

/** `kinbox read CONV`: one conversation in the order of time, all its channels together. */
export function read(parent: Command, io: Io): void {
  parent.command('read').argument('<conversation>', 'its id, as `inbox` shows it').option('--user <name>', "whose, on the server's own machine").option('--limit <n>', 'how many messages at most, up to 200', readLimit, 30).option('--keep-unread', 'do not mark it as read')
    .description('show a conversation')
    .action(async (id: string, _options: object, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      await withClient(io, options, async client => {
        const conversation = await ofConversation(io, options, id, client.call('conversation.get', { id }))
        const { items } = await client.call('message.list', { conversationId: conversation.id, limit: options.limit })
        const messages = inOrder(items)
        io.stdout.write(show(conversation, messages, io))
        const last = messages.at(-1)
        if (last && conversation.unread > 0 && !options.keepUnread) await client.call('conversation.markRead', { id: conversation.id, upTo: last.id })
      })
    })
}

function inOrder(messages: Message[]): Message[] {
  const number = ({ id }: Message) => Number(id.replace(/\D/g, ''))
  return messages.toSorted((a, b) => a.sortAt < b.sortAt ? -1 : a.sortAt > b.sortAt ? 1 : number(a) - number(b))
}

/** The conversation as text: a line for each day, each message with its time, channel and sender. */
export function show(conversation: Pick<Conversation, 'title' | 'folder' | 'because'>, messages: Message[], io: Pick<Io, 'stdout' | 'env'>): string {
  const { bold, dim, yellow } = painter(io)
  const width = Math.min(io.stdout.columns ?? 100, 100)
  const lines = [`${bold(line(conversation.title) || 'somebody')}  ${dim(`${conversation.folder}: ${line(conversation.because.text)}`)}`]
  let day = ''
  let subject = ''
  for (const message of messages) {
    const today = longDay(message.sortAt)
    if (today !== day) lines.push('', dim(`── ${today} ──`))
    day = today
    lines.push(heading(message, io))
    if (message.subject && line(message.subject) !== subject) lines.push('      ' + bold(line(message.subject)))
    subject = line(message.subject ?? '') || subject
    for (const warning of message.direction === 'in' ? message.sender.warnings ?? [] : []) lines.push('      ' + yellow(`! ${line(warning)}`))
    lines.push(...wrap(clean(message.text).trim(), width - 6).map(text => ('      ' + text).trimEnd()))
    if (message.truncated) lines.push('      ' + dim('… there is more'))
    for (const { name, size } of message.attachments) lines.push('      ' + dim(`[${line(name)}, ${sizeWords(size)}]`))
  }
  return lines.join('\n') + '\n'
}

function heading(message: Message, io: Pick<Io, 'stdout' | 'env'>): string {
  const { bold, dim, red, green } = painter(io)
  const mark = message.direction === 'in' && !message.seen ? green(' new') : ''
  const start = `${clock(message.sortAt)} ${channelSign(message.channel)}  `
  if (message.direction === 'in') return start + bold(line(message.sender.name || message.sender.address)) + dim(message.sender.proof && message.sender.proof !== 'verified' ? ` (${message.sender.proof === 'weak' ? 'not proven' : message.sender.proof})` : '') + mark
  const error = message.attempts?.find(({ error }) => error)?.error
  const status = message.status ?? ''
  return start + bold('You') + (status === 'failed' ? red(` failed${error ? `: ${line(error.text)}` : ''}`) : dim(status ? ` ${status}` : ''))
}

function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
