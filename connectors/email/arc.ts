/** ARC (RFC 8617): what those who passed a mail on say about it. Believed only from domains that the user has listed. */
import { canonicalEmail, domainOf } from '#connector'
import type { Proof } from '#connector'
import { readAuthResults } from './authres.ts'
import { hasTooManyLines, MAX_SIGNATURE_CHARS, MAX_SIGNATURES, paced } from './bounds.ts'
import type { Head } from './head.ts'

type Lookup = (name: string, type: string) => Promise<string[][]>

/** A list, its owner's provider, and one more: longer chains are made up. */
const mostSets = 5
const mostChars = 16_384

/**
 * Whether somebody listed has passed a mail on and says that it came from exactly the sender's domain. All of this must hold: every seal of the chain
 * is sound (cv=pass throughout); the newest one, and the signature of the mail as it is now, are by a listed domain and cover the whole body (and From, or the library takes it for none);
 * and the results which that seal holds have one DMARC pass about exactly the domain of `address`. null: nobody says so. 'silent': the names of the
 * listed domain could not be looked up for now. A stranger's silence is none: it could be on purpose.
 */
export async function passedOn(raw: Uint8Array, head: Head, address: string, { sealers, at }: { sealers: readonly string[], at: number }, lookup: Lookup): Promise<Proof | 'silent' | null> {
  const listed = new Set(sealers.map((one) => one.toLowerCase().replace(/\.$/, '')))
  const sets = head.fields.filter(({ name }) => name.startsWith('arc-'))
  const signatures = head.fields.filter(({ name }) => name === 'dkim-signature')
  const claims = sets.some(({ name, value }) => name === 'arc-seal' && listed.has(/(?:^|;)\s*d\s*=\s*([^;\s]+)/i.exec(value)?.[1]?.toLowerCase() ?? ''))
  if (!claims || !head.complete || sets.length > mostSets * 3 || sets.some(({ value }) => value.length > mostChars)) return null
  if (signatures.length > MAX_SIGNATURES || signatures.some(({ value }) => value.length > MAX_SIGNATURE_CHARS) || hasTooManyLines(raw, head)) return null

  let silent = false
  const resolver: Lookup = async (name, type) => {
    try {
      return await lookup(name, type)
    } catch (error) {
      const { code } = error as { code?: string }
      if (code !== 'ENOTFOUND' && code !== 'ENODATA' && [...listed].some((domain) => name.toLowerCase().endsWith(`._domainkey.${domain}`))) silent = true
      throw error
    }
  }
  const [{ dkimVerify }, { arc }] = await Promise.all([import('mailauth/lib/dkim/verify.js'), import('mailauth/lib/arc/index.js')])
  const checked = await dkimVerify(paced(raw), { resolver, curTime: new Date(at), minBitLength: 1024, rejectRsaSha1: true, strict: true })
  if (checked.fromFields !== 1 || checked.headerFrom.length !== 1 || canonicalEmail(checked.headerFrom[0]!) !== address) return null
  const chain = checked.arc?.chain
  const newest = checked.arc?.lastEntry
  if (!chain || !newest) return null

  const sealer = tagOf(newest['arc-seal'], 'd').toLowerCase()
  const signature = newest['arc-message-signature']
  if (!listed.has(sealer) || tagOf(signature, 'd').toLowerCase() !== sealer || tagOf(signature, 'l') !== '') return null
  // The very bytes that the seal holds, never a field that only we read as one of them.
  if (!saysPass(newest['arc-authentication-results']?.original ?? '', domainOf(address))) return null
  const { status } = await arc({ ...checked.arc, chain, lastEntry: newest }, { resolver, minBitLength: 1024, strict: true })
  if (status.result !== 'pass') return silent ? 'silent' : null
  return { level: 'verified', evidence: [`Passed on by ${sealer}, which you trust: it has checked that this comes from ${domainOf(address)} (ARC).`] }
}

/** The value of a tag; '' when there is none. */
function tagOf(field: object | undefined, name: string): string {
  const parsed = (field as { parsed?: Record<string, { value?: unknown } | undefined> } | undefined)?.parsed
  const value = parsed?.[name]?.value
  return value === undefined || value === null ? '' : String(value)
}

/** Whether the results of an ARC set (RFC 8617 section 4.1.1) have one DMARC result, a pass about exactly this domain. */
function saysPass(line: string | Uint8Array, domain: string): boolean {
  const text = typeof line === 'string' ? line : Buffer.from(line).toString('latin1')
  const match = /^[^:]*:\s*i\s*=\s*[0-9]{1,2}\s*;(.*)$/is.exec(text.trim().replace(/\r?\n(?=[ \t])/g, ''))
  const said = (match && readAuthResults(match[1]!)?.results.filter(({ method }) => method === 'dmarc')) ?? []
  return said.length === 1 && said[0]!.result === 'pass' && said[0]!.properties.get('header.from')?.toLowerCase().replace(/\.$/, '') === domain
}
