import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { AdminError, type AdminActions } from '../api/admin-actions.ts'
import { adminSocketPath } from '../api/admin-socket.ts'
import { jsonLines } from '../api/json-lines.ts'

type Answer = { progress?: unknown, result?: unknown, error?: { kind: AdminError['kind'], message: string } }

/** The actions of the server that runs on this folder, or null where none does. Throws AdminError where its socket is not ours to use. */
export async function connectAdmin(folder: string): Promise<{ actions: AdminActions, close(): Promise<void> } | null> {
  const socket = createConnection(adminSocketPath(folder))
  try {
    await once(socket, 'connect')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') return null
    if (code === 'EACCES' || code === 'EPERM') throw new AdminError('failed', `The data folder ${folder} belongs to another user. Run this as the user that Kinbox runs as.`, { cause: error })
    throw error
  }
  const call = caller(socket)
  return {
    actions: {
      status: args => call('status', args),
      userAdd: args => call('userAdd', args),
      userPassword: args => call('userPassword', args),
      userList: args => call('userList', args),
      tokenCreate: args => call('tokenCreate', args),
      accountAdd: args => call('accountAdd', args),
      accountSet: args => call('accountSet', args),
      accountRemove: args => call('accountRemove', args),
      accountList: args => call('accountList', args),
      accountKinds: args => call('accountKinds', args),
      importFiles: (args, at) => call('importFiles', args, at as { progress(progress: unknown): void, signal: AbortSignal }, 'What came in so far is kept; the same command goes on from there.'),
      importContacts: args => call('importContacts', args),
      backup: (args, at) => call('backup', args, at as { progress(progress: unknown): void, signal: AbortSignal }, 'An earlier backup in that folder is as it was.'),
      verify: (args, at) => call('verify', args, at as { progress(progress: unknown): void, signal: AbortSignal }),
      doctor: args => call('doctor', args),
      stop: args => call('stop', args)
    },
    async close() {
      socket.destroy()
    }
  }
}

/** One request at a time over the socket. Aborting `signal` cuts the connection: the server then stops what it does. */
function caller(socket: Socket) {
  const answers = jsonLines(socket, 64 * 1024 * 1024)
  socket.on('error', () => {})
  return async function call<Result>(verb: keyof AdminActions, args: object, at?: { progress(progress: unknown): void, signal: AbortSignal }, left = 'Nothing was changed.'): Promise<Result> {
    const stop = () => socket.destroy()
    at?.signal.addEventListener('abort', stop)
    if (at?.signal.aborted) stop()
    socket.write(JSON.stringify({ verb, args }) + '\n')
    try {
      for (;;) {
        const { value, done } = await answers.next()
        if (done) break
        const { progress, result, error } = value as Answer
        if (error) throw new AdminError(error.kind, error.message)
        if (progress === undefined) return result as Result
        at?.progress(progress)
      }
    } catch (error) {
      if (error instanceof AdminError || !at?.signal.aborted) throw error
    } finally {
      at?.signal.removeEventListener('abort', stop)
    }
    throw new AdminError('failed', at?.signal.aborted ? `Stopped before the end. ${left}` : 'The server ended before it answered. Look at its log, start it, and try again.')
  }
}
