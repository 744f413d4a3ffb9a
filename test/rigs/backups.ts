import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openJudge, tally } from './judge.ts'
import type { Ledger } from './ledger.ts'
import { rigEnvironment } from './server.ts'
import type { Armed } from './server.ts'

/** Backups of a folder that is killed all the time, in one place, each over the one before. */
export type Backups = {
  /** How many were acknowledged. */
  readonly made: number
  wrong: string[]
  /** `kinbox backup`, by the server where one runs; resolves with whether it was acknowledged. */
  make(armed?: Armed): Promise<boolean>
  /** Whatever became of the last one: there is a whole backup that has all that was acknowledged before the last one that was. */
  check(): void
  /** Makes one, restores it elsewhere, and compares that with the folder. Nothing may write meanwhile. */
  restore(): Promise<void>
}

export function backups({ tree, data, folder, ledger }: { tree: string, data: string, folder: string, ledger: Ledger }): Backups {
  const target = join(folder, 'backup')
  const wrong: string[] = []
  let must: string[] | null = null
  let made = 0

  const kinbox = (args: string[], armed?: Armed) => new Promise<{ failed: boolean, said: string }>((resolve) => execFile(
    join(tree, 'bin/kinbox'), args, { env: { ...rigEnvironment(tree, armed ? { armed } : {}), KINBOX_LOG_LEVEL: 'error' }, timeout: 120_000 }, (error, stdout, stderr) => resolve({ failed: error !== null, said: stdout + stderr })
  ))

  return {
    get made() { return made },
    wrong,
    async make(armed) {
      // What is acknowledged while it is made may be in it, but need not.
      const before = ['text', 'send', 'file'].flatMap((kind) => [...ledger.acknowledged(kind)])
      const { failed } = await kinbox(['backup', target, '--data', data, '--json'], armed)
      if (failed) return false
      must = before
      made++
      return true
    },
    check() {
      if (!existsSync(join(target, 'backup.json'))) {
        if (must !== null) wrong.push('a backup was acknowledged, and is gone')
        return
      }
      const { database: { file } } = JSON.parse(readFileSync(join(target, 'backup.json'), 'utf8')) as { database: { file: string } }
      const db = new Database(join(target, file), { readonly: true, fileMustExist: true })
      try {
        const sound = db.pragma('integrity_check', { simple: true })
        if (sound !== 'ok') wrong.push(`the backup's database: ${String(sound)}`)
        const texts = tally((db.prepare('SELECT text FROM message_body').all() as { text: string }[]).map(({ text }) => text))
        const lost = (must ?? []).filter((token) => !texts.has(token))
        if (lost.length > 0) wrong.push(`the backup lacks ${lost.length} of what was acknowledged before it, the first is ${lost[0]}`)
        const files = db.prepare('SELECT lower(hex(digest)) AS digest, size FROM (SELECT digest, size FROM attachment UNION SELECT digest, size FROM raw WHERE bytes IS NULL)').all() as { digest: string, size: number }[]
        const missing = files.filter(({ digest, size }) => statSync(join(target, 'blobs', digest.slice(0, 2), digest.slice(2)), { throwIfNoEntry: false })?.size !== size)
        if (missing.length > 0) wrong.push(`the backup lacks ${missing.length} of ${files.length} files`)
      } finally {
        db.close()
      }
    },
    async restore() {
      const back = join(folder, 'restored')
      const { failed, said } = await kinbox(['backup', target, '--data', data, '--json'])
      const restored = failed ? null : await kinbox(['restore', target, '--data', back])
      if (failed || restored!.failed) return void wrong.push(`backup and restore: ${said} ${restored?.said ?? ''}`)
      made++
      const [was, is] = [data, back].map((path) => {
        const judge = openJudge(path)
        try {
          return { texts: JSON.stringify(judge.messages()), log: JSON.stringify(judge.log()), sound: judge.integrity() }
        } finally {
          judge.close()
        }
      }) as [{ texts: string, log: string, sound: string }, { texts: string, log: string, sound: string }]
      if (is.sound !== 'ok') wrong.push(`what was restored: ${is.sound}`)
      if (is.texts !== was.texts) wrong.push('what was restored has other messages than the folder')
      const { failed: bad, said: words } = await kinbox(['verify', '--data', back, '--json'])
      if (bad) wrong.push(`what was restored: ${words}`)
    }
  }
}
