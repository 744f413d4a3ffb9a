import { connect as connectAnywhere } from '#client'
import type { Client } from '#client'
import { CliError } from './io.ts'

export type ConnectHere = { url: string, token: string, signal?: AbortSignal, prepare?: (client: Client) => void }

/** Connects, for as long as `signal` allows. `prepare` is called before anything can be heard. Throws CliError where nobody answers, KinboxError where the server refuses. */
export async function connect({ url, token, signal, prepare }: ConnectHere): Promise<Client> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new CliError(`${url} is no address. Set KINBOX_URL to something like http://127.0.0.1:8420.`, { exitCode: 2 })
  const client = connectAnywhere({ url, auth: async () => ({ token }), client: { name: 'kinbox-cli', version: '0.1.0' } })
  prepare?.(client)
  const close = () => client.close()
  signal?.addEventListener('abort', close, { once: true })
  if (signal?.aborted) close()
  const status = await new Promise(resolve => {
    const look = () => {
      if (client.status.value === 'connecting') return
      end()
      resolve(client.status.value)
    }
    const end = client.status.subscribe(look)
    look()
  })
  if (status === 'live') return client
  const { error } = client
  close()
  if (status === 'offline') throw new CliError(`Nobody answers at ${url} (${error?.message}). Is the server running, and is KINBOX_URL right?`)
  throw error
}

/** Rejects once the connection of `client` is lost for longer than a moment: for what somebody waits for at a terminal. */
export function lost(client: Client, url: string): Promise<never> {
  return new Promise((_resolve, reject) => client.status.subscribe(status => {
    if (status === 'offline') reject(new CliError(`The connection to ${url} ended (${client.error?.message}).`))
  }))
}
