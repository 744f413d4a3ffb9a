import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../servers/dovecot.ts'
import type { Dice } from './dice.ts'
import { openJudge } from './judge.ts'
import { points } from './points.ts'
import { standBy } from './server.ts'

/** Kills a server in each step of bringing an old database up to date, and looks whether the next start has everything and the same schema as a new database. */
export async function migrationKills({ tree, folder, chance, say }: { tree: string, folder: string, chance: Dice, say(line: string): void }): Promise<{ reached: string[], missed: string[], wrong: string[] }> {
  const reached: string[] = []
  const missed: string[] = []
  const wrong: string[] = []
  const [port] = await freePorts(1) as [number]
  const log = join(folder, 'migration.log')
  const run = async (data: string, armed: { name: string, nth: number } | null) => {
    const server = standBy({ tree, data, port, log }).go(armed)
    if (await server.up) server.kill()
    return await server.ended
  }

  const old = join(folder, 'old')
  mkdirSync(old)
  // As the first version left it: today's sources want today's tables.
  execFileSync('tar', ['-xzf', join(import.meta.dirname, '../fixtures/upgrade/0001.tar.gz'), '-C', old])
  const names = look(old).users
  const fresh = join(folder, 'fresh')
  mkdirSync(fresh)
  await run(fresh, null)
  const schema = look(fresh).schema

  for (const { name } of chance.shuffled(points.filter((point) => point.in === 'migrate'))) {
    const data = join(folder, `migrated-${reached.length}-${missed.length}`)
    cpSync(old, data, { recursive: true })
    const { point } = await run(data, { name, nth: 1 })
    if (point === name) reached.push(name)
    else missed.push(name)
    const { point: again, signal } = await run(data, null)
    if (again !== null || signal !== 'SIGKILL') wrong.push(`after a kill at "${name}" the server does not start`)
    const after = look(data)
    if (after.sound !== 'ok') wrong.push(`after a kill at "${name}": ${after.sound}`)
    if (after.users.join() !== names.join()) wrong.push(`after a kill at "${name}" there are the users ${after.users.join()}`)
    if (after.schema.join('\n') !== schema.join('\n')) wrong.push(`after a kill at "${name}" the schema is another than that of a new database`)
  }
  say(`${reached.length} kills while a database was brought up to date, ${wrong.length} findings`)
  return { reached, missed, wrong }
}

function look(data: string): { users: string[], schema: string[], sound: string } {
  const judge = openJudge(data)
  try {
    return { users: judge.users(), schema: judge.schema(), sound: judge.integrity() }
  } finally {
    judge.close()
  }
}
