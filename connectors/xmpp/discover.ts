import { promises as system } from 'node:dns'
import type { Resolver } from '#connector'
import { bareJid } from './jid.ts'
import type { Settings } from './settings.ts'

type Srv = { name: string, port: number, priority: number, weight: number }

/** Where a domain's chat server is (RFC 6120 section 3.2, 0368): TLS and STARTTLS by priority, TLS first among equals; without records, the domain itself. None where the domain says that it has none. */
export async function servicesOf(domain: string, dns: Resolver = (name, type) => system.resolve(name, type) as Promise<unknown[]>): Promise<string[]> {
  const [tls, plain] = await Promise.all([lookUp(`_xmpps-client._tcp.${domain}`, dns), lookUp(`_xmpp-client._tcp.${domain}`, dns)])
  const found = [...tls.map((record) => ({ ...record, scheme: 'xmpps' })), ...plain.map((record) => ({ ...record, scheme: 'xmpp' }))]
  if (found.length === 0) return [`xmpp://${domain}:5222`]
  return found.filter(({ name }) => name !== '.' && name !== '').sort((a, b) => a.priority - b.priority || b.weight - a.weight).slice(0, 6).map(({ scheme, name, port }) => `${scheme}://${name.replace(/\.$/, '')}:${port}`)
}

/** Settings to try for an address, best first. Without a usable address: none. */
export async function discover(address: string, dns: Resolver): Promise<Partial<Settings>[]> {
  const jid = bareJid(address)
  if (jid === null) return []
  const services = await servicesOf(jid.slice(jid.lastIndexOf('@') + 1), dns)
  return services.map((service) => ({ jid, service }))
}

async function lookUp(name: string, dns: Resolver): Promise<Srv[]> {
  try {
    return (await dns(name, 'SRV')).filter((record): record is Srv => typeof record === 'object' && record !== null && typeof (record as Srv).name === 'string' && Number.isInteger((record as Srv).port))
  } catch {
    return []
  }
}
