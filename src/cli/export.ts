import { createWriteStream } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import type { Client, Contact, Conversation, Message } from '#client'
import { CliError, type Io } from './io.ts'
import { findLogin, withClient, type LoginOptions } from './login.ts'
import { line } from './paint.ts'

type Options = LoginOptions & { person?: string }
type Page<T> = { items: T[], nextCursor: string | null }

/** `kinbox export --user NAME [--person WHO] FOLDER`: everything in open formats, or all of one person. The folder must be new or empty. */
export function exportAll(parent: Command, io: Io): void {
  parent.command('export').argument('<folder>', 'a new or empty folder').option('--user <name>', "whose, on the server's own machine").option('--person <who>', 'only what was exchanged with one person: an address, or an id like p2')
    .description('take everything along: messages, people, settings, originals and files')
    .action(async (folder: string, _options: object, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const at = resolve(io.cwd, folder)
      if ((await readdir(at).catch(() => [])).length > 0) throw new CliError(`${at} is not empty: name a folder that is new or empty.`, { exitCode: 2 })
      // Before the folder is made: where nobody may log in, nothing is left behind.
      const login = await findLogin(io, options)
      const counts = await withClient(io, options, client => options.person === undefined ? everything(client, login.url, at, io) : onePerson(client, login.url, at, options.person)).catch((error: unknown) => { throw cannotWrite(error, at) })
      io.stdout.write(`${counts.messages} messages, ${counts.people} people and ${counts.files} files lie in ${at}.\n`)
    })
}

async function makeFolders(at: string): Promise<void> {
  await mkdir(join(at, 'originals'), { recursive: true, mode: 0o700 })
  await mkdir(join(at, 'files'), { mode: 0o700 })
}

/** What to do where the folder cannot be written; any other error as it is. */
function cannotWrite(error: unknown, at: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return new CliError(`The disk of ${at} is full, so what lies there is not whole. Free some space, or name a folder on another disk.`, { cause: error })
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(String(error.code))) return new CliError(`${at} cannot be written (${error.message}). Name a folder that this user may make.`, { cause: error })
  return error
}

type Counts = { messages: number, people: number, files: number }

async function everything(client: Client, url: string, at: string, io: Io): Promise<Counts> {
  const counts: Counts = { messages: 0, people: 0, files: 0 }
  await makeFolders(at)
  const contacts = await all(cursor => client.call('contact.list', { limit: 200, ...cursor }))
  counts.people = contacts.length
  await writeFile(join(at, 'people.jsonl'), lines(contacts), { mode: 0o600 })
  await writeFile(join(at, 'people.vcf'), contacts.map(cardOf).join(''), { mode: 0o600 })
  await writeFile(join(at, 'rules.jsonl'), lines(await all(cursor => client.call('rule.list', { limit: 200, ...cursor }))), { mode: 0o600 })
  await writeFile(join(at, 'settings.json'), JSON.stringify(await client.call('settings.get', {}), null, 2) + '\n', { mode: 0o600 })
  const conversations: Conversation[] = []
  for (const folder of ['inbox', 'other'] as const) {
    for (const archived of [false, true]) conversations.push(...await all<Conversation>(cursor => client.call('conversation.list', { folder, archived, limit: 200, ...cursor })))
  }
  conversations.push(...await all<Conversation>(cursor => client.call('conversation.list', { folder: 'other', blocked: true, limit: 200, ...cursor })))
  await writeFile(join(at, 'conversations.jsonl'), lines(conversations), { mode: 0o600 })
  const out = createWriteStream(join(at, 'messages.jsonl'), { mode: 0o600 })
  let broken: Error | null = null
  out.on('error', (error) => { broken = error })
  for (const [done, { id }] of conversations.entries()) {
    for await (const message of messagesOf(client, id)) {
      counts.messages++
      counts.files += await keepFiles(client, url, at, message)
      if (broken) throw broken
      if (!out.write(JSON.stringify(message) + '\n')) await once(out, 'drain')
    }
    if (io.stdout.isTTY && done % 20 === 0) io.stdout.write(`\r${done + 1} of ${conversations.length} conversations, ${counts.messages} messages `)
  }
  if (io.stdout.isTTY) io.stdout.write('\r')
  if (broken) throw broken
  out.end()
  await once(out, 'close')
  return counts
}

/** All about one person, as `contact.export` tells it, with originals and files. */
async function onePerson(client: Client, url: string, at: string, who: string): Promise<Counts> {
  const contacts = /^p\d+$/.test(who) ? [await client.call('contact.get', { id: who })] : (await all<Contact>(cursor => client.call('contact.list', { limit: 200, ...cursor }))).filter(({ addresses }) => addresses.some(({ address }) => address.toLowerCase() === who.toLowerCase()))
  const [contact] = contacts
  if (!contact) throw new CliError(`Nobody with the address ${line(who)} is known. "kinbox inbox" shows who writes.`)
  await makeFolders(at)
  const { card, messages, count } = await client.call('contact.export', { id: contact.id })
  await fetched(client, url, card, join(at, 'person.vcf'))
  const text = await fetched(client, url, messages, join(at, 'messages.jsonl'))
  let files = 0
  for (const one of text.split('\n').filter(Boolean)) {
    const { message } = JSON.parse(one) as { message?: Message }
    if (message) files += await keepFiles(client, url, at, message)
  }
  return { messages: count, people: 1, files }
}

/** The whole list, page by page. */
async function all<T>(page: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { items, nextCursor } = await page(cursor ? { cursor } : {})
    found.push(...items)
    cursor = nextCursor
  }
  return found
}

/** Newest first, as lists give them, with their whole texts. */
async function* messagesOf(client: Client, conversationId: string): AsyncGenerator<Message> {
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Page<Message> = await client.call('message.list', { conversationId, limit: 100, ...(cursor ? { cursor } : {}) })
    for (const message of page.items) yield message.truncated ? await client.call('message.get', { id: message.id }) : message
    cursor = page.nextCursor
  }
}

/** The bytes as they came (of a mail: an .eml file), and what was attached. How many files that were. */
async function keepFiles(client: Client, url: string, at: string, { id, channel, attachments }: Message): Promise<number> {
  const { blobId } = await client.call('message.raw', { id })
  if (blobId !== null) await fetched(client, url, blobId, join(at, 'originals', id + (channel === 'email' ? '.eml' : '.txt')), false)
  for (const { id: file, name } of attachments) await fetched(client, url, file, join(at, 'files', `${file}-${safe(name)}`), false)
  return attachments.length + Number(blobId !== null)
}

/** Keeps a blob as a file; with `read` its text is returned, too. */
async function fetched(client: Client, url: string, id: string, path: string, read = true): Promise<string> {
  const answer = await fetch(new URL((await client.call('blob.url', { id })).path, url))
  if (!answer.ok || !answer.body) throw new CliError(`The file ${id} could not be had (${answer.status}). What lies in the folder is not whole: try again into another.`)
  if (!read) {
    await pipeline(Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(path, { mode: 0o600 }))
    return ''
  }
  const text = await answer.text()
  await writeFile(path, text, { mode: 0o600 })
  return text
}

const lines = (all: readonly unknown[]) => all.map(one => JSON.stringify(one) + '\n').join('')
/** A name that leads nowhere else, on no system; most take 255 bytes, and a letter may be three. */
const safe = (name: string) => name.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^\.+/, '_').slice(-70) || 'file'
const words = (text: string) => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n')

/** A card (RFC 2426), with lines of at most 75 bytes (RFC 2425 section 5.8.1). */
function cardOf({ name, addresses, notes }: Contact): string {
  const field = { email: 'EMAIL', phone: 'TEL' } as Record<string, string>
  const all = ['BEGIN:VCARD', 'VERSION:3.0', `FN:${words(name)}`, `N:${words(name)};;;;`, ...addresses.map(({ kind, address }) => `${field[kind] ?? 'IMPP'}:${field[kind] ? '' : kind + ':'}${words(address)}`), ...(notes ? [`NOTE:${words(notes)}`] : []), 'END:VCARD']
  return all.map(folded).join('\r\n') + '\r\n'
}

function folded(text: string): string {
  const parts: string[] = []
  let part = ''
  for (const char of text) {
    if (Buffer.byteLength(part + char) > (parts.length ? 74 : 75)) {
      parts.push(part)
      part = ''
    }
    part += char
  }
  return [...parts, part].join('\r\n ')
}
