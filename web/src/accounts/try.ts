import type { Client } from '#client'
import type { Values } from './schema.ts'

export type Trouble = { code: string, text: string }

/** Tries settings on the server, which connects and logs in with them. Null: they work. Throws KinboxError where they cannot be tried at all. */
export async function tryAccount(client: Client, account: { id?: string, kind?: string, settings: Values }): Promise<Trouble | null> {
  const { ok, error } = await client.call('account.test', account)
  return ok ? null : error ?? { code: 'unknown', text: '' }
}

/** Whether another server may do better: not where one has been found and has refused the user. */
export function worthAnother({ code }: Trouble): boolean {
  return !/password|login|auth/.test(code)
}
