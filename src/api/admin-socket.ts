import { chmod, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { join, relative } from 'node:path'
import type { Log } from '../model/ports.ts'
import { AdminError, type AdminActions } from './admin-actions.ts'
import { jsonLines } from './json-lines.ts'

/** One request a line: `{verb, args}`. Answers: any number of `{progress}`, then `{result}` or `{error: {kind, message}}`. */
export type AdminRequest = { verb: keyof AdminActions, args: unknown }

const maxRequest = 4 * 1024 * 1024
const verbs: readonly (keyof AdminActions)[] = ['status', 'userAdd', 'userPassword', 'userList', 'tokenCreate', 'accountAdd', 'accountSet', 'accountRemove', 'accountList', 'accountKinds', 'importFiles', 'importContacts', 'backup', 'verify', 'doctor', 'stop']

/**
 * Where the admin socket of a data folder is. A Unix socket's path has room for 103 bytes: the shorter of absolute and relative is
 * used. Throws AdminError when neither fits.
 */
export function adminSocketPath(folder: string): string {
  const path = join(folder, 'admin.sock')
  const fromHere = relative(process.cwd(), path)
  const shorter = Buffer.byteLength(fromHere) < Buffer.byteLength(path) ? fromHere : path
  if (Buffer.byteLength(shorter) > 103) throw new AdminError('invalid', `The path of the data folder is too long for its socket: ${folder}. Move it to a shorter path (under 90 characters) and set KINBOX_DATA.`)
  return shorter
}

/**
 * Listens in the data folder (mode 0600) for the verbs of `kinbox`. The caller owns the folder's lock, so a socket file that lies there is
 * a dead server's and is replaced. `close` ends idle connections and resolves when running requests have been aborted.
 */
export async function openAdminSocket({ folder, actions, log }: { folder: string, actions: AdminActions, log: Log }): Promise<{ close(): Promise<void> }> {
  const path = adminSocketPath(folder)
  await rm(path, { force: true })
  const open = new Set<Socket>()
  const server = createServer(socket => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    void serve(socket, actions, log)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    // The file is born 0600: between bind and chmod nobody else may connect.
    const before = process.umask(0o177)
    server.listen(path, resolve)
    process.umask(before)
  })
  await chmod(path, 0o600)
  return {
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      for (const socket of open) socket.destroySoon()
      await closed
    }
  }
}

async function serve(socket: Socket, actions: AdminActions, log: Log): Promise<void> {
  const gone = new AbortController()
  socket.on('close', () => gone.abort())
  const say = (line: object) => {
    if (!socket.destroyed) socket.write(JSON.stringify(line) + '\n')
  }
  try {
    for await (const request of jsonLines(socket, maxRequest)) {
      const { verb, args } = readRequest(request)
      try {
        say({ result: await perform(actions, verb, args, progress => say({ progress }), gone.signal) ?? null })
      } catch (error) {
        // Whoever stopped the server, or went away, ended it.
        if (!(error instanceof AdminError) && !gone.signal.aborted) log.error({ err: error, verb }, 'an admin request failed')
        say({ error: { kind: error instanceof AdminError ? error.kind : 'failed', message: error instanceof Error ? error.message : String(error) } })
      }
    }
  } catch (error) {
    say({ error: { kind: 'invalid', message: error instanceof Error ? error.message : String(error) } })
  }
  socket.destroySoon()
}

function readRequest(request: unknown): { verb: keyof AdminActions, args: object } {
  const { verb, args } = (request ?? {}) as { verb?: unknown, args?: unknown }
  const known = verbs.find(name => name === verb)
  if (!known) throw new AdminError('invalid', `This server does not know the request ${JSON.stringify(verb)?.slice(0, 60)}. Use the kinbox command of the same version as the server.`)
  return { verb: known, args: typeof args === 'object' && args !== null ? args : {} }
}

function perform(actions: AdminActions, verb: keyof AdminActions, args: object, progress: (progress: object) => void, signal: AbortSignal): Promise<unknown> {
  // Both ends are the same release: the arguments have the shape that AdminActions says; each action checks what they mean.
  const action = actions[verb] as (args: object, at: { progress(progress: object): void, signal: AbortSignal }) => Promise<unknown>
  return action.call(actions, args, { progress, signal })
}
