import { existsSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import type { Diagnosis } from '../api/admin-actions.ts'
import { withAdmin } from './admin.ts'
import { CliError, type Io } from './io.ts'
import { line, pad, painter } from './paint.ts'
import { bytesInWords } from './task-bar.ts'
import { whereIs, type GlobalOptions } from './where.ts'

/** `kinbox doctor`: what is wrong and what to do. Exit code 1 where something is wrong. */
export function doctor(parent: Command, io: Io): void {
  parent.command('doctor').option('--json', 'as JSON')
    .description('look at the folder, the disk, the clock, the public address, and each account')
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>()
      const { config, warnings } = whereIs(io, options)
      const found: Diagnosis[] = warnings.map(text => ({ about: 'configuration', state: 'look', text }))
      found.push(...examineFolder(config.data), ...await examineDisk(config.data), ...examineDates(config.data, Date.now()))
      if (existsSync(join(config.data, 'kinbox.db')) && !found.some(({ about, state }) => about === 'data folder' && state === 'wrong')) {
        // What keeps the database from being opened is a finding, too.
        found.push(...await withAdmin(io, options, actions => actions.doctor({})).catch((error: Error): Diagnosis[] => [{ about: 'database', state: 'wrong', text: 'cannot be opened', todo: error.message }]))
      }
      io.stdout.write(options.json ? JSON.stringify(found) + '\n' : found.map(one => inWords(one, io)).join(''))
      const wrong = found.filter(({ state }) => state === 'wrong').length
      if (wrong > 0) throw new CliError(wrong === 1 ? 'One thing is wrong; see above for what to do.' : `${wrong} things are wrong; see above for what to do.`)
    })
}

function inWords({ about, state, text, todo }: Diagnosis, io: Io): string {
  const { green, yellow, red, bold } = painter(io)
  const sign = state === 'ok' ? green(pad('ok', 6)) : state === 'look' ? yellow(pad('look', 6)) : red(pad('WRONG', 6))
  return `${sign} ${bold(line(about))}: ${line(text)}\n${todo ? `       ${line(todo)}\n` : ''}`
}

/** Whether the folder and what is secret in it belong to this user alone. */
function examineFolder(folder: string): Diagnosis[] {
  const about = 'data folder'
  const found = statSync(folder, { throwIfNoEntry: false })
  if (!found) return [{ about, state: 'look', text: `${folder} does not exist; the first start makes it`, todo: 'If there should be data already: name the folder with --data, or in KINBOX_DATA.' }]
  if (!found.isDirectory()) return [{ about, state: 'wrong', text: `${folder} is no folder`, todo: 'Name another one in KINBOX_DATA.' }]
  if (process.platform === 'win32') return [{ about, state: 'ok', text: folder }]
  const me = process.getuid?.() ?? found.uid
  const names = ['.', 'kinbox.db', 'secret.key', 'owner.lock', 'blobs'].filter(name => existsSync(join(folder, name)))
  const foreign = names.filter(name => statSync(join(folder, name)).uid !== me)
  const open = names.filter(name => name !== 'blobs' && (statSync(join(folder, name)).mode & 0o077) !== 0)
  return [
    foreign.length === 0 ? { about, state: 'ok', text: `${folder} belongs to this user` }
      : { about, state: 'wrong', text: `${foreign.map(name => join(folder, name)).join(', ')} belongs to another user than this one`, todo: `Run this as the user that Kinbox runs as; or, if it should be this one: chown -R ${me} ${folder}` },
    ...open.length === 0 ? [] : [{ about: 'permissions', state: 'wrong' as const, text: `${open.map(name => join(folder, name)).join(', ')} can be read by others: mail, tokens and passwords are in there`, todo: `chmod -R go= ${folder}` }]
  ]
}

const tight = 1024 ** 3
const tooTight = 100 * 1024 ** 2

async function examineDisk(folder: string): Promise<Diagnosis[]> {
  let place = folder
  while (!existsSync(place)) place = dirname(place)
  const { bavail, bsize, blocks } = await statfs(place)
  const free = bavail * bsize
  const text = `${bytesInWords(free)} free of ${bytesInWords(blocks * bsize)}`
  const todo = `Free some space where ${place} lies. When nothing is left, Kinbox takes in no more mail, and asks for it again later.`
  return [free < tooTight ? { about: 'disk', state: 'wrong', text, todo } : free < tight ? { about: 'disk', state: 'look', text, todo } : { about: 'disk', state: 'ok', text }]
}

/** A clock that lies before the program's own files, or before what it wrote, is wrong. */
function examineDates(folder: string, now: number): Diagnosis[] {
  const paths = [import.meta.filename, join(folder, 'kinbox.db')].filter(path => existsSync(path))
  const ahead = paths.filter(path => statSync(path).mtimeMs > now + 2 * 60_000)
  return ahead.length === 0 ? [] : [{ about: 'clock', state: 'wrong', text: `says ${new Date(now).toISOString()}, and ${ahead.join(' and ')} was written after that`, todo: 'Set the clock of this machine (timedatectl set-ntp true): certificates and logins fail by a wrong one.' }]
}
