import type { Test } from 'tap'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { AdminError, type AdminActions } from '../../src/api/admin-actions.ts'
import type { AppFace, Io } from '../../src/cli/io.ts'
import { runCli } from '../../src/cli/run.ts'
import type { Log } from '../../src/model/ports.ts'

export const log: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** An owner's actions that remember what they were asked. */
export function fakeActions(url: string | null = null): { actions: AdminActions, asked: [string, unknown][] } {
  const asked: [string, unknown][] = []
  const remember = <Result>(verb: string, result: Result) => async (args: unknown) => {
    asked.push([verb, args])
    return result
  }
  return {
    asked,
    actions: {
      status: remember('status', { url }),
      userAdd: remember('userAdd', { id: 'u1' }),
      userPassword: remember('userPassword', { ended: 0 }),
      userList: remember('userList', [{ id: 'u1', name: 'ada', createdAt: Date.UTC(2026, 10, 1) }]),
      async tokenCreate({ user }) {
        if (user !== 'ada') throw new AdminError('not_found', `There is no user ${user}. There are: ada.`)
        return { token: 'secret-token' }
      },
      accountAdd: remember('accountAdd', { id: 'a1' }),
      accountSet: remember('accountSet', {}),
      accountRemove: remember('accountRemove', { user: 'ada', name: 'Home' }),
      accountList: remember('accountList', [{ id: 'a1', user: 'ada', kind: 'email', name: 'Home', status: 'login-needed', error: 'wrong password' }]),
      accountKinds: remember('accountKinds', [{ kind: 'one', title: 'One', channel: 'chat', settings: { type: 'object', required: ['host'], properties: { host: { type: 'string' }, port: { type: 'integer', default: 5 }, login: { type: 'object', required: ['password'], properties: { password: { type: 'string', secret: true } } } } } }]),
      async importContacts(args) {
        asked.push(['importContacts', args])
        return { people: 2, left: [{ name: 'The bank', why: 'It has no mail address.' }] }
      },
      async importFiles(args, { progress, signal }) {
        asked.push(['importFiles', args])
        progress({ bytes: 1, totalBytes: 2, messages: 1 })
        if (args.own.includes('forever@example.org')) {
          await new Promise<void>(resolve => {
            const beat = setInterval(() => progress({ bytes: 1, totalBytes: 2, messages: 1 }), 5)
            signal.addEventListener('abort', () => {
              clearInterval(beat)
              resolve()
            })
          })
          asked.push(['aborted', null])
        }
        return { account: 'a2', messages: 3, stored: 1, known: 1, unreadable: 0, problems: [{ name: 'x.jpg', problem: 'is no mail' }] }
      },
      backup: remember('backup', { madeAt: '2026-11-01T00:00:00.000Z', users: 1, messages: 3, files: { count: 1, bytes: 2048 }, key: 'included' as const, added: 1, databaseBytes: 4096, problems: [] }),
      verify: remember('verify', { findings: [], messages: 3, files: { count: 1, bytes: 2048 }, unused: { count: 0, bytes: 0, removed: 0 } }),
      doctor: remember('doctor', []),
      async stop() {}
    }
  }
}

/** A folder that goes with the test. */
export async function temporary(test: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kinbox-cli-'))
  test.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Runs one command as a process would. */
export async function kinbox(folder: string, args: string[], { input = '', env = {}, app, stopping = new AbortController().signal, wrote = () => {} }: { input?: string, env?: Record<string, string>, app?: AppFace, stopping?: AbortSignal, wrote?: (text: string) => void } = {}) {
  const out: string[] = []
  const err: string[] = []
  const io: Io = {
    stdin: Readable.from(input ? [Buffer.from(input)] : []),
    stdout: { write: text => { out.push(text); wrote(text) } },
    stderr: { write: text => err.push(text) },
    env: { KINBOX_DATA: folder, ...env },
    cwd: folder,
    stopping,
    command: 'kinbox',
    async app() {
      if (!app) throw new Error('no server was to be started')
      return app
    }
  }
  const code = await runCli(args, io)
  return { code, out: out.join(''), err: err.join('') }
}
