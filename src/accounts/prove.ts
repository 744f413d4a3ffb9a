import type { Connector, Context, Proof, Resolver } from '../connector.ts'

export type Prove = (kind: string, raw: Uint8Array, context: Context) => Promise<Proof | null>

/**
 * Runs a connector's own proof of the sender; null where the connector has none. Never throws and never takes longer than
 * `timeoutMs`: what could not be checked proves nothing, and says so (`temporary`), so that silence cannot be forced into a pass.
 */
export function prover({ connector, dns, timeoutMs = 15_000, log }: { connector(kind: string): Promise<Connector>, dns: Resolver, timeoutMs?: number, log: { warn(fields: object, message: string): void } }): Prove {
  return async (kind, raw, context) => {
    const { prove } = await connector(kind)
    if (!prove) return null
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<Proof>((resolve) => {
      timer = setTimeout(() => resolve(unchecked('The sender could not be checked in time.')), timeoutMs)
    })
    try {
      return await Promise.race([prove(raw, context, dns), late])
    } catch (error) {
      log.warn({ kind, error: error instanceof Error ? error.name : 'unknown' }, 'the proof of a sender failed')
      return unchecked('The sender could not be checked.')
    } finally {
      clearTimeout(timer)
    }
  }
}

function unchecked(words: string): Proof {
  return { level: 'unverified', evidence: [words], temporary: true }
}
