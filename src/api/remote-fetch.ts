import { lookup as systemLookup } from 'node:dns/promises'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect as connectSocket, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { isPublicAddress } from './remote-address.ts'

/** Why a picture is not fetched, in words for whoever looks at the network panel; never what the other side said. */
export class RemoteRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RemoteRefused'
  }
}

export type RemoteOptions = {
  /** Every address of a host. */
  lookup?(host: string): Promise<string[]>
  /** Opens a connection to an address that was checked. */
  connect?(address: string, port: number): Socket
  maxBytes?: number
  ms?: number
  /** Nobody waits for it any more. */
  ended?: AbortSignal
}

export type Picture = { contentType: string, bytes: Uint8Array }

const pictureTypes: ReadonlySet<string> = new Set(['image/png', 'image/apng', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp', 'image/x-icon'])
const hops = 3

/**
 * Fetches a picture of another server for a reader, so that the other server learns neither who nor where that is: no cookie, no
 * referrer, nothing of the browser. The address is looked up once, checked, and connected to: no second answer of DNS can lead
 * elsewhere; so at each of at most three redirects. At most `maxBytes` and `ms` for all of it. Throws RemoteRefused.
 */
export async function fetchPicture(url: string, { lookup = allAddresses, connect = (host, port) => connectSocket({ host, port }), maxBytes = 8 * 1024 * 1024, ms = 10_000, ended }: RemoteOptions = {}): Promise<Picture> {
  const signal = AbortSignal.any([AbortSignal.timeout(ms), ...(ended ? [ended] : [])])
  let target = url
  for (let hop = 0; hop <= hops; hop++) {
    const at = addressOf(target)
    const address = await publicAddress(at.hostname.replace(/^\[|\]$/g, ''), lookup, signal)
    const answer = await ask(at, address, connect, signal)
    const { statusCode = 0, headers } = answer
    if ([301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined) {
      answer.destroy()
      if (!URL.canParse(headers.location, at.href)) throw new RemoteRefused('the other server leads nowhere')
      target = new URL(headers.location, at.href).href
      continue
    }
    if (statusCode !== 200 || Number(headers['content-length'] ?? 0) > maxBytes) {
      answer.destroy()
      throw new RemoteRefused(statusCode === 200 ? 'the picture is too large' : 'the other server does not hand it out')
    }
    const bytes = await bytesOf(answer, maxBytes, signal)
    // Loaded with the first picture that is asked for: a server at rest does without.
    const { fileTypeFromBuffer } = await import('file-type')
    const type = await fileTypeFromBuffer(bytes).catch(() => undefined)
    if (!type || !pictureTypes.has(type.mime)) throw new RemoteRefused('it is no picture')
    return { contentType: type.mime, bytes }
  }
  throw new RemoteRefused('the other server leads on and on')
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw new RemoteRefused('only http and https are fetched')
  // Other ports belong to other services, which a mail has no business with.
  if (url.port !== '' && url.port !== '80' && url.port !== '443') throw new RemoteRefused('only the usual ports are asked')
  return url
}

/** Throws unless every address that the host has is public: one that also has a private one is playing a game. */
async function publicAddress(host: string, lookup: (host: string) => Promise<string[]>, signal: AbortSignal): Promise<string> {
  const addresses = isIP(host) ? [host] : await within(lookup(host), signal).catch(() => [])
  if (addresses.length === 0) throw new RemoteRefused('there is no such server')
  if (!addresses.every(isPublicAddress)) throw new RemoteRefused('it does not lie on the open internet')
  return addresses[0]!
}

async function allAddresses(host: string): Promise<string[]> {
  return (await systemLookup(host, { all: true })).map(({ address }) => address)
}

function ask(url: URL, address: string, connect: (address: string, port: number) => Socket, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const secure = url.protocol === 'https:'
  const failed = () => reject(new RemoteRefused(signal.aborted ? 'the other server took too long' : 'the other server cannot be reached'))
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const plain = connect(address, Number(url.port) || (secure ? 443 : 80))
  plain.on('error', failed)
  const socket = secure ? connectTls({ socket: plain, ...(isIP(host) ? {} : { servername: host }) }).on('error', failed) : plain
  const asked = request({
    createConnection: () => socket, method: 'GET', path: url.pathname + url.search, signal, setHost: false,
    headers: { host: url.host, accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'Mozilla/5.0', connection: 'close' }
  })
  asked.on('response', resolve).on('error', failed).on('close', () => socket.destroy())
  asked.end()
  return promise
}

async function bytesOf(answer: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw new RemoteRefused('the picture is too large')
      chunks.push(chunk)
    }
  } catch (error) {
    throw error instanceof RemoteRefused ? error : new RemoteRefused(signal.aborted ? 'the other server took too long' : 'the other server broke off')
  }
  return Buffer.concat(chunks)
}

function within<T>(doing: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(new RemoteRefused('it took too long')), { once: true })
  return Promise.race([doing, promise])
}
