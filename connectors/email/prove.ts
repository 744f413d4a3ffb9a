import type { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { canonicalEmail, domainOf, noNames } from '#connector'
import type { Context, Proof, Resolver } from '#connector'
import { passedOn } from './arc.ts'
import { trustedResults } from './authres.ts'
import { hasTooManyLines, MAX_SIGNATURE_CHARS, MAX_SIGNATURES, paced } from './bounds.ts'
import { keptHead, scanHead } from './head.ts'
import type { Head } from './head.ts'
import { readSender } from './sender.ts'
import type { Doubt } from './sender.ts'
import { cut } from './words.ts'

const doubts: Record<Doubt, Proof> = {
  none: { level: 'unverified', evidence: ['This mail names no sender.'] },
  several: { level: 'unverified', evidence: ['This mail has more than one From line, so nobody can tell who it is from.'] },
  'not-strict': { level: 'unverified', evidence: ['The From line is not written as one plain address, so programs may read it as different senders.'] },
  'two-readings': { level: 'conflicting', evidence: ['Two programs read different senders from the From line.'] }
}

/**
 * How well a mail proves the domain in its From. One source for each account, never both: the Authentication-Results of the
 * server the user trusts (`context.authserv`), or our own check of its DKIM signatures (RFC 6376, RFC 8301) and of DMARC
 * alignment (RFC 9989). All lookups go through `dns`; `context.at` is the time that signatures must be valid at. Where that
 * source does not find the sender proven, a forwarder that the user has listed (`context.sealers`) may have seen it proven: ARC.
 */
export async function prove(raw: Uint8Array, context: Context, dns: Resolver): Promise<Proof> {
  const nothing = context.authserv === null && dns === noNames
  const head = nothing ? keptHead(raw) : scanHead(raw)
  const { sender: { address }, doubt } = readSender(head)
  if (doubt || address === null) return doubts[doubt ?? 'not-strict']
  if (nothing) return withoutNames(head, domainOf(address))
  const lookup = lookupBy(dns)
  let passed: 'by a forwarder' | 'silent' | null = null
  const forwarded = async () => {
    const said = context.sealers?.length ? await passedOn(raw, head, address, { sealers: context.sealers, at: context.at }, lookup) : null
    passed = said === null || said === 'silent' ? said : 'by a forwarder'
    return said === 'silent' ? null : said
  }
  const proof = await (context.authserv === null
    ? checkedByUs(raw, head, address, context.at, lookup, forwarded)
    : checkedByServer(head, domainOf(address), context.authserv, lookup, forwarded))
  // Whom it went to was signed by the forwarder, and not by the sender: it makes nobody known.
  if (passed === 'by a forwarder') return proof
  if (passed === 'silent') return { ...proof, temporary: true, evidence: [...proof.evidence, 'A forwarder that you trust has sealed it, but its name servers did not answer.'] }
  return proof.level === 'verified' ? { ...proof, covers: coveredBy(head) } : proof
}

/** What the core asks of: whom the sender wrote to, and how one unsubscribes. */
const asked = ['to', 'cc', 'list-unsubscribe', 'list-unsubscribe-post']

/**
 * The fields that every signature covers wherever they stand, or their absence (RFC 6376 sections 5.4 and 8.15): a mail that proves its sender may
 * come from whoever once got it, with one more recipient in it. Which signature made the proof is not asked: all must cover them.
 */
function coveredBy(head: Head): string[] {
  if (!head.complete) return []
  const signed = head.fields.filter(({ name }) => name === 'dkim-signature').map(({ value }) => (/(?:^|;)\s*h\s*=([^;]*)/i.exec(value)?.[1] ?? '').toLowerCase().split(':').map((name) => name.trim()))
  // A mail may prove its sender by the way it came alone; then nothing in it is signed.
  if (signed.length === 0) return []
  const count = (names: string[], one: string) => names.filter((name) => name === one).length
  const there = head.fields.map(({ name }) => name)
  return asked.filter((name) => signed.every((names) => count(names, name) > 0 && count(names, name) >= count(there, name)))
}

async function checkedByServer(head: Head, domain: string, authserv: string, lookup: Lookup, forwarded: () => Promise<Proof | null>): Promise<Proof> {
  const results = trustedResults(head, authserv)
  if (!results) return await forwarded() ?? { level: 'weak', evidence: [`Your mail server (${authserv}) wrote no result about this mail that can be trusted.`] }
  const signers = signersOf(results.filter(({ method, result }) => method === 'dkim' && result === 'pass').map(({ properties }) => properties.get('header.d')), head)
  const said = results.filter(({ method }) => method === 'dmarc')
  const about = said.map(({ properties }) => properties.get('header.from')?.toLowerCase().replace(/\.$/, '') ?? '')
  const one = said.length === 1 ? said[0]! : null

  // Some servers name the organisation's domain instead: that proves nothing, and contradicts nothing.
  const other = about.find((from) => from !== '' && from !== domain && !domain.endsWith('.' + from))
  if (other !== undefined) return { level: 'conflicting', evidence: [`Your mail server (${authserv}) checked the sender ${shown(other)}, but the From line says ${domain}.`] }
  if (one?.result === 'pass' && about[0] === domain) return { level: 'verified', evidence: [`Your mail server (${authserv}) checked that this comes from ${domain} (DMARC pass).`], ...(signers.length ? { signers } : {}) }
  const passed = await forwarded()
  if (passed) return { ...passed, ...(signers.length ? { signers } : {}) }
  if (said.some(({ result }) => result === 'fail')) {
    const failed: Proof = { level: 'conflicting', evidence: [`Your mail server (${authserv}) says that this does not come from ${domain} (DMARC fail).`] }
    const policy = await policyOf(domain, [], lookup)
    if (policy === null) return { level: 'weak', temporary: true, evidence: [...failed.evidence, `What ${domain} asks to do then could not be looked up.`] }
    if (policy.policy !== 'none') return failed
    return { level: 'weak', evidence: [`Your mail server (${authserv}) could not confirm that this comes from ${domain}, which allows such mail.`], ...(signers.length ? { signers } : {}) }
  }
  return { level: 'weak', evidence: [`Your mail server (${authserv}) neither confirms nor denies that this comes from ${domain}.`], ...(signers.length ? { signers } : {}) }
}

/** Where no key and no policy can be had, no signature can speak for anybody, and the library is not asked. */
function withoutNames(head: Head, domain: string): Proof {
  const signatures = head.fields.filter(({ name }) => name === 'dkim-signature')
  const evidence = signatures.slice(0, 3).map(({ value }) => {
    const signer = /(?:^|;)\s*d\s*=\s*([^;\s]+)/i.exec(value.slice(0, MAX_SIGNATURE_CHARS))?.[1]
    return `${signer === undefined ? 'A signature' : `The signature of ${shown(signer)}`} could not be checked: its key is gone.`
  })
  return { level: 'weak', evidence: [...signatures.length === 0 ? [`It is not signed by ${domain}.`] : evidence, `${domain} does not ask to refuse mail without its signature.`] }
}

async function checkedByUs(raw: Uint8Array, head: Head, address: string, at: number, lookup: Lookup, forwarded: () => Promise<Proof | null>): Promise<Proof> {
  const domain = domainOf(address)
  const written = head.fields.filter(({ name }) => name === 'dkim-signature')
  const signatures = written.length
  const evidence: string[] = []
  let aligned: string[] = []
  let silent = false
  let signers: string[] = []

  if (signatures > MAX_SIGNATURES) evidence.push(`It carries ${signatures} signatures, which is too many to check.`)
  else if (written.some(({ value }) => value.length > MAX_SIGNATURE_CHARS)) evidence.push('It carries a signature that is too long to check.')
  else if (signatures > 0 && hasTooManyLines(raw, head)) evidence.push('It has too many lines to check its signatures.')
  else if (signatures > 0) {
    const { dkimVerify } = await import('mailauth/lib/dkim/verify.js')
    const checked = await dkimVerify(paced(raw), { resolver: lookup, curTime: new Date(at), minBitLength: 1024, rejectRsaSha1: true })
    if (checked.fromFields !== 1 || checked.headerFrom.length !== 1 || canonicalEmail(checked.headerFrom[0]!) !== address) return doubts['two-readings']

    const whole = checked.results.filter((result) => !result.canonBodyLengthLimited)
    const valid = whole.filter(({ status }) => status.result === 'pass')
    if (valid.some(({ signingDomain }) => signingDomain?.toLowerCase() === domain)) {
      return { level: 'verified', evidence: [`Signed by ${domain}, the sender's domain (DKIM).`], ...signed(valid, head) }
    }
    signers = signersOf(valid.map(({ signingDomain }) => signingDomain), head)
    // Both must agree on what one organisation is: DMARC's walk up the tree below, and here the list of public suffixes, which
    // knows the providers that give names below their own to anybody.
    aligned = valid.filter(({ status }) => status.aligned).map(({ signingDomain }) => signingDomain!.toLowerCase())
    // Only names of the sender's own domain count here: a stranger's could be silent on purpose, to blur a clear answer.
    silent = whole.some(({ status }) => status.result === 'temperror' && status.aligned)
    evidence.push(...checked.results.slice(0, 3).map((result) => whyNot(result, domain)))
  } else evidence.push(`It is not signed by ${domain}.`)

  const policy = await policyOf(domain, aligned, lookup)
  if (policy?.pass) return { level: 'verified', evidence: [`Signed by ${policy.pass}, which belongs to the sender's domain ${domain} (DKIM, DMARC).`], ...(signers.length ? { signers } : {}) }
  const passed = await forwarded()
  if (passed) return { ...passed, ...(signers.length ? { signers } : {}) }
  if (policy === null || silent) return { level: 'weak', temporary: true, evidence: [...evidence, `The name servers of ${domain} did not answer, so this could not be checked.`] }
  if (policy.policy === 'quarantine' || policy.policy === 'reject') {
    return { level: 'conflicting', evidence: [...evidence, `${domain} asks to ${policy.policy} mail that it did not sign (DMARC).`] }
  }
  return { level: 'weak', evidence: [...evidence, `${domain} does not ask to refuse mail without its signature.`], ...(signers.length ? { signers } : {}) }
}

function signed(valid: { signingDomain?: string }[], head: Head): Pick<Proof, 'signers'> {
  const signers = signersOf(valid.map(({ signingDomain }) => signingDomain), head)
  return signers.length ? { signers } : {}
}

/** Of domains whose signatures are sound, those that have signed which list it is of, too: else whoever once got a mail of theirs could send it on as one of any list. */
function signersOf(names: (string | undefined)[], head: Head): string[] {
  if (!head.complete) return []
  const lists = head.fields.filter(({ name }) => name === 'list-id').length
  const written = head.fields.filter(({ name }) => name === 'dkim-signature').map(({ value }) => ({
    of: /(?:^|;)\s*d\s*=\s*([^;\s]+)/i.exec(value)?.[1]?.toLowerCase(), covers: (/(?:^|;)\s*h\s*=([^;]*)/i.exec(value)?.[1] ?? '').toLowerCase().split(':').filter((name) => name.trim() === 'list-id').length
  }))
  return [...new Set(names.flatMap((name) => name?.toLowerCase() ?? []))].filter((name) => {
    const theirs = written.filter(({ of }) => of === name)
    return theirs.length > 0 && theirs.every(({ covers }) => covers > 0 && covers >= lists)
  })
}

function whyNot(result: Awaited<ReturnType<typeof dkimVerify>>['results'][number], domain: string): string {
  const { status } = result
  const of = result.signingDomain ? `The signature of ${shown(result.signingDomain)}` : 'A signature'
  if (status.result === 'pass' && result.canonBodyLengthLimited) return `${of} covers only a part of the text, so it does not count.`
  if (status.comment === 'expired') return `${of} was not valid at that time.`
  if (status.result === 'pass') return `${of} says nothing about ${domain}.`
  if (status.policy?.['dkim-rules']) return `${of} uses a weak key or method, so it does not count.`
  if (status.result === 'temperror') return `${of} could not be checked: its key could not be looked up.`
  if (status.comment === 'no key') return `${of} could not be checked: its key is gone.`
  return `${of} does not fit the mail: it was changed, or the signature is false.`
}

/** DMARC for a domain: the aligned domain that passes, and the policy that applies; null when DNS was silent. */
async function policyOf(domain: string, signedBy: string[], lookup: Lookup): Promise<{ pass: string | null, policy: string } | null> {
  // Loaded when it is first needed: whoever only reads files does without.
  const { dmarc } = await import('mailauth/lib/dmarc/index.js')
  const found = await dmarc({ headerFrom: 'sender@' + domain, fromFields: 1, dkimDomains: signedBy.map((name) => ({ domain: name })), resolver: lookup })
  if (!found || found.status.result === 'none') return { pass: null, policy: 'none' }
  if (found.status.result === 'temperror') return null
  return { pass: found.status.result === 'pass' ? found.alignment.dkim.result ?? null : null, policy: found.policy ?? 'none' }
}

type Lookup = (name: string, type: string) => Promise<string[][]>

/** DNS without an answer may answer later; any other failure is an answer: there is nothing under that name. */
const silence = new Set(['ETIMEOUT', 'ESERVFAIL', 'ECONNREFUSED', 'EREFUSED', 'ECANCELLED', 'EAI_AGAIN'])

/** `dns` for the library: a name that cannot even be asked for (EBADNAME) holds nothing, and does not pass for silence. */
function lookupBy(dns: Resolver): Lookup {
  return async (name, type) => {
    try {
      return await dns(name, type as 'TXT') as string[][]
    } catch (error) {
      const code = (error as { code?: string }).code ?? ''
      if (silence.has(code)) throw error
      throw Object.assign(new Error('no record'), { code: code === 'ENOTFOUND' ? code : 'ENODATA' })
    }
  }
}

function shown(domain: string): string {
  return cut(domain.replace(/[^\w.-]/g, '?'), 100)
}
