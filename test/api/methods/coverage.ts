import type { Client } from '../../fixtures/client.ts'

/** What the cases of this process have hit: a method that was answered, or `method kind` of an error. */
export const hit = new Set<string>()

/** Methods about who gets in: their cases run in a file of their own (trust.test.ts), since all together take too long for one. */
export function ofTrust(name: string): boolean {
  return /^(?:rule|screener|stream)\.|^(?:friend\.(?:path|remove)|contact\.(?:block|why)|message\.unsubscribe|invitation\.answer)$/.test(name)
}

/** The same client; what it is answered is noted. */
export function recording(client: Client): Client {
  const call = client.call
  if (client.hello.userId !== '') hit.add('session.hello')
  client.call = async <T>(method: string, params?: object): Promise<T> => {
    try {
      const result = await call<T>(method, params)
      hit.add(method)
      return result
    } catch (error) {
      if (error instanceof Error && 'kind' in error) hit.add(`${method} ${String(error.kind)}`)
      throw error
    }
  }
  return client
}
