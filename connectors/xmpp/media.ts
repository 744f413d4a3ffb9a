import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { get as getPlain } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { get as getSecure } from 'node:https'
import { BlockList, isIP } from 'node:net'
import type { Element } from '@xmpp/client'
import type { FetchedFile } from './envelope.ts'
import { ns } from './names.ts'

const maxBytes = 10 * 1024 * 1024
const maxFiles = 5
const patienceMs = 15_000

/** Addresses that a stranger's link must not make this machine call. */
const inner = new BlockList()
for (const [net, bits] of [['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['224.0.0.0', 3]] as const) inner.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [['::', 127], ['fc00::', 7], ['fe80::', 10], ['ff00::', 8], ['64:ff9b::', 96], ['2002::', 16]] as const) inner.addSubnet(net, bits, 'ipv6')

const isInner = (address: string): boolean => isIP(address) === 0 || inner.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') || (/^::ffff:/i.test(address) && (!address.includes('.') || inner.check(address.slice(7), 'ipv4')))

/** The files that a message points to (0066), each once. */
export function filesOf(message: Element): string[] {
  return [...new Set(message.getChildren('x', ns.oob).map((x) => x.getChildText('url')?.trim() ?? '').filter((url) => url !== '' && url.length < 2000))].slice(0, maxFiles)
}

/**
 * The files behind links, at most 10 MiB each, by https from public addresses. `trusted`: the host that the account itself is on, when it is this
 * machine: nothing else may be plain. What cannot be had is named with the reason: a lost picture must not lose its message.
 */
export async function fetchFiles(urls: string[], trusted: string | null, signal: AbortSignal): Promise<FetchedFile[]> {
  return Promise.all(urls.map(async (url) => {
    try {
      return await fetchOne(new URL(url), trusted, AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]))
    } catch (error) {
      return { url, failed: error instanceof Error ? error.message.slice(0, 200) : 'no answer' }
    }
  }))
}

async function fetchOne(url: URL, trusted: string | null, signal: AbortSignal): Promise<FetchedFile> {
  const own = trusted !== null && url.hostname === trusted
  if (url.protocol !== 'https:' && !(own && url.protocol === 'http:')) throw new Error('it lies at an address that is not protected (no https)')
  if (!own && isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0 && isInner(url.hostname.replace(/^\[|\]$/g, ''))) throw new Error('it lies in an inner network')
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.protocol === 'http:' ? getPlain : getSecure
    request(url, { signal, agent: false, ...(own ? {} : { lookup: outer }) }, resolve).on('error', reject)
  })
  const chunks: Buffer[] = []
  let size = 0
  if (response.statusCode !== 200) {
    response.destroy()
    throw new Error(`the server of the file answered ${response.statusCode}`)
  }
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) {
      response.destroy()
      throw new Error('it is larger than 10 MiB')
    }
    chunks.push(chunk)
  }
  const contentType = /^[\w.+-]+\/[\w.+-]+/.exec(response.headers['content-type'] ?? '')?.[0].toLowerCase() ?? 'application/octet-stream'
  return { url: url.href, name: nameOf(url), contentType, base64: Buffer.concat(chunks).toString('base64') }
}

/** Looked up and checked in one step: a name cannot turn into another address in between. */
const outer: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '', 0)
    const good = addresses.filter(({ address }) => !isInner(address))
    const [first] = good
    if (!first) return done(Object.assign(new Error('it lies in an inner network'), { code: 'EACCES' }), '', 0)
    if (options.all) (done as unknown as (error: null, addresses: typeof good) => void)(null, good)
    else done(null, first.address, first.family)
  })
}

function nameOf(url: URL): string {
  try {
    return decodeURIComponent(url.pathname.split('/').at(-1) ?? '').replace(/[\p{C}/\\]/gu, '').slice(0, 200) || 'file'
  } catch {
    return 'file'
  }
}
