import type { Result } from '#client'
import { useFetched } from '../hooks/use-fetched.ts'
import type { Schema } from './schema.ts'

export type Kind = Omit<Result<'account.kinds'>['items'][number], 'settings'> & { settings: Schema }

/** What can be connected; undefined until it is known. */
export function useKinds(): readonly Kind[] | undefined {
  return useFetched(async (client) => (await client.call('account.kinds', {})).items as Kind[]).value
}
