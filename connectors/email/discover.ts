import { canonicalEmail, domainOf } from '#connector'
import type { Resolver } from '#connector'
import type { EmailSettings, Server } from './settings.ts'

type Srv = { name: string, port: number, priority: number, weight: number }

/**
 * Settings to try for a mail address, best first: what the domain's SRV records say (RFC 6186, RFC 8314), then the usual host
 * names. Only encrypted ones. Without a usable address: none. DNS failures count as no record.
 */
export async function discover(address: string, dns: Resolver): Promise<Partial<EmailSettings>[]> {
  const canonical = canonicalEmail(address)
  if (!canonical) return []
  const domain = domainOf(canonical)
  const [imaps, imap, submissions, submission] = await Promise.all(['_imaps', '_imap', '_submissions', '_submission'].map((service) => lookUp(`${service}._tcp.${domain}`, dns)))
  const server = (record: Srv, security: Server['security']): Server => ({ host: record.name, port: record.port, security })
  const incoming = [...imaps!.map((record) => server(record, 'tls')), ...imap!.map((record) => server(record, 'starttls'))]
  const outgoing = [...submissions!.map((record) => server(record, 'tls')), ...submission!.map((record) => server(record, 'starttls'))]

  const guessIn = (host: string): Server => ({ host, port: 993, security: 'tls' })
  const guessOut = (host: string): Server[] => [{ host, port: 465, security: 'tls' }, { host, port: 587, security: 'starttls' }]
  const candidates: { imap: Server, smtp: Server }[] = []
  const inFound = incoming.length > 0 ? incoming : [guessIn(`imap.${domain}`)]
  const outFound = outgoing.length > 0 ? outgoing : guessOut(`smtp.${domain}`)
  if (incoming.length > 0 || outgoing.length > 0) for (const imap of inFound) for (const smtp of outFound) candidates.push({ imap, smtp })
  for (const [inHost, outHost] of [[`imap.${domain}`, `smtp.${domain}`], [`mail.${domain}`, `mail.${domain}`]] as const) {
    for (const smtp of guessOut(outHost)) candidates.push({ imap: guessIn(inHost), smtp })
  }
  const seen = new Set<string>()
  return candidates.flatMap((candidate) => {
    const key = JSON.stringify(candidate)
    if (seen.has(key)) return []
    seen.add(key)
    return [{ address: canonical, ...candidate }]
  }).slice(0, 12)
}

async function lookUp(name: string, dns: Resolver): Promise<Srv[]> {
  let records: unknown[]
  try {
    records = await dns(name, 'SRV')
  } catch {
    return []
  }
  return records.flatMap((record): Srv[] => {
    const { name: target, port, priority, weight } = record as Partial<Srv>
    // A target of "." says: not offered here (RFC 2782).
    if (typeof target !== 'string' || !/^[a-z0-9-]+(\.[a-z0-9-]+)*\.?$/i.test(target) || !Number.isInteger(port) || port! < 1 || port! > 65535) return []
    return [{ name: target.replace(/\.$/, '').toLowerCase(), port: port!, priority: priority ?? 0, weight: weight ?? 0 }]
  }).sort((a, b) => a.priority - b.priority || b.weight - a.weight).slice(0, 3)
}
