import type { Command } from 'commander'
import type { Conversation } from '#client'
import { readLimit, type Io } from './io.ts'
import { loginOption, withClient, type LoginOptions } from './login.ts'
import { channelSign, cut, line, pad, painter, shortTime } from './paint.ts'

type Options = LoginOptions & { other?: boolean, archived?: boolean, limit: number }

/** `kinbox inbox`: the newest conversations, one a line. */
export function inbox(parent: Command, io: Io): void {
  parent.command('inbox').option('--user <name>', "whose, on the server's own machine").option('--other', 'what is not from friends').option('--archived', 'what was put away').option('--limit <n>', 'how many at most, up to 200', readLimit, 20)
    .description('show the newest conversations')
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const folder = options.other ? 'other' : 'inbox'
      const { items, nextCursor } = await withClient(io, options, client => client.call('conversation.list', {
        folder, limit: options.limit, ...(options.archived ? { archived: true } : {})
      }))
      io.stdout.write(listOf(items, io, Date.now()))
      const { dim } = painter(io)
      const suffix = loginOption(options)
      if (items.length === 0) io.stdout.write(folder === 'inbox' ? `Nothing from friends yet. Everybody else is in Other: ${io.command} inbox --other${suffix}\n` : 'Nothing here.\n')
      else io.stdout.write(dim(`Read one: ${io.command} read ${items[0]!.id}${suffix}${nextCursor ? '. There are more: --limit' : ''}\n`))
    })
}

/** A line for each conversation: id, title, channel, unread, time, preview. */
export function listOf(items: Conversation[], io: Pick<Io, 'stdout' | 'env'>, now: number): string {
  const { bold, dim, cyan } = painter(io)
  const width = io.stdout.columns ?? 100
  const idWidth = Math.max(...items.map(({ id }) => id.length), 0)
  return items.map(({ id, title, unread, lastMessage, lastAt, blocked }) => {
    const name = pad(cut(line(title) || 'somebody', 24), 24)
    const start = `${cyan(pad(id, idWidth))}  ${unread > 0 ? bold(name) : name}  ${pad(lastMessage ? channelSign(lastMessage.channel) : '', 8)} ${pad(unread > 0 ? `${unread} new` : '', 7)} ${pad(lastAt ? shortTime(lastAt, now) : '', 11)} `
    const used = idWidth + 2 + 24 + 2 + 8 + 1 + 7 + 1 + 11 + 1
    const preview = lastMessage ? (lastMessage.direction === 'out' ? 'You: ' : '') + line(lastMessage.preview) : ''
    return start + dim(cut(blocked ? '(blocked)' : preview, Math.max(20, width - used))) + '\n'
  }).join('')
}
