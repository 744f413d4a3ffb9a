import { readAuthserv, trustedResults } from './authres.ts'
import { scanHead } from './head.ts'
import type { Head } from './head.ts'
import { readSender } from './sender.ts'
import type { EmailSettings } from './settings.ts'

/** So many mails, from so many domains, before anything is proposed. */
const least = { mails: 10, domains: 5, share: 0.9 }

/**
 * The server whose results (RFC 8601) could be believed, judged by mail that has come: the topmost of nearly all must bear the same authserv-id, with a
 * DMARC result, above everything that came from outside. Only a proposal: whoever fills a mailbox could bring one about, so the user must know
 * the name. Null where nothing speaks for one.
 */
export function propose(raws: Uint8Array[]): { settings: Pick<EmailSettings, 'authserv'>, evidence: string[] } | null {
  const found = new Map<string, { mails: number, domains: Set<string> }>()
  for (const raw of raws) {
    const head = scanHead(raw)
    const topmost = head.fields.find(({ name }) => name === 'authentication-results')
    const id = topmost && readAuthserv(topmost.value)
    const from = readSender(head).sender.address
    if (!id || !/^[a-z0-9.-]{1,253}$/.test(id) || !from || !isTakenInBy(head, id) || !trustedResults(head, id)?.some(({ method }) => method === 'dmarc')) continue
    const seen = found.get(id) ?? { mails: 0, domains: new Set<string>() }
    seen.mails++
    seen.domains.add(from.slice(from.lastIndexOf('@') + 1))
    found.set(id, seen)
  }
  const [best] = [...found].sort((one, other) => other[1].mails - one[1].mails)
  if (!best || best[1].mails < least.mails || best[1].domains.size < least.domains || best[1].mails < raws.length * least.share) return null
  const [authserv, { mails, domains }] = best
  return { settings: { authserv }, evidence: [`${mails} of the newest ${raws.length} mails, from ${domains.size} domains, bear results of ${authserv} above everything that came from outside.`, 'Confirm it only if this is a server of your own mail provider: whatever it says about a sender is believed then.'] }
}

/** One of the last hosts on the way bears that name, or one below it. */
function isTakenInBy(head: Head, id: string): boolean {
  const hosts = head.fields.filter(({ name }) => name === 'received').slice(0, 3).map(({ value }) => /\bby\s+([a-z0-9._-]+)/i.exec(value.slice(0, 2000))?.[1]?.toLowerCase() ?? '')
  return hosts.some((host) => host === id || host.endsWith('.' + id))
}
