import { baseOf, type Client } from './client.ts'
import type { RawMedia } from './parse.ts'
import type { Settings } from './settings.ts'

const maxBytes = 10 * 1024 * 1024
const maxTotal = 25 * 1024 * 1024
const maxCount = 10
const maxHops = 4

/** Where one picture of a message lies: the sids from a MediaUrl, never its host. */
export type MediaRef = { contentType: string, messageSid: string, sid: string }

/** The media that a webhook call names. A URL that is not one of the API's own is left out: the password goes nowhere else. */
export function mediaOfWebhook(fields: Record<string, string | string[]>): MediaRef[] {
  const count = Math.min(Number(fields['NumMedia'] ?? 0) || 0, maxCount)
  return Array.from({ length: count }, (_, i) => {
    const match = /\/Messages\/((?:SM|MM)[0-9a-fA-F]{32})\/Media\/(ME[0-9a-fA-F]{32})$/.exec(String(fields[`MediaUrl${i}`] ?? ''))
    return match ? { contentType: String(fields[`MediaContentType${i}`] ?? 'application/octet-stream'), messageSid: match[1]!, sid: match[2]! } : null
  }).filter(ref => ref !== null)
}

/** The media that the API lists for a message. */
export async function mediaOfMessage(client: Client, messageSid: string): Promise<MediaRef[]> {
  const list = await client.messages(messageSid).media.list({ limit: maxCount })
  return list.map(one => ({ contentType: one.contentType, messageSid, sid: one.sid }))
}

/**
 * The bytes of media, at most 10 of 10 MiB each and 25 MiB together. What cannot be had is named with the reason: a lost picture must not lose
 * the message. `signal` bounds the whole.
 */
export async function fetchMedia(settings: Settings, refs: MediaRef[], signal: AbortSignal): Promise<RawMedia[]> {
  const media: RawMedia[] = []
  let total = 0
  for (const ref of refs.slice(0, maxCount)) {
    try {
      const content = await fetchOne(settings, ref, Math.min(maxBytes, maxTotal - total), signal)
      total += content.byteLength
      media.push({ contentType: ref.contentType, base64: content.toString('base64') })
    } catch (error) {
      media.push({ contentType: ref.contentType, failed: error instanceof MediaError ? error.message : 'no answer.' })
    }
  }
  return media
}

class MediaError extends Error {}

/** The API answers with a redirect to where the bytes lie; only the first request carries the password. */
async function fetchOne(settings: Settings, ref: MediaRef, limit: number, signal: AbortSignal): Promise<Buffer> {
  const base = baseOf(settings)
  let url = new URL(`${base}/2010-04-01/Accounts/${settings.accountSid}/Messages/${ref.messageSid}/Media/${ref.sid}`)
  let headers: Record<string, string> = { authorization: 'Basic ' + Buffer.from(`${settings.accountSid}:${settings.authToken}`).toString('base64') }
  for (let hop = 0; hop < maxHops; hop++) {
    const response = await fetch(url, { headers, redirect: 'manual', signal })
    const location = response.headers.get('location')
    if (response.status >= 300 && response.status < 400 && location) {
      await response.body?.cancel()
      url = new URL(location, url)
      if (url.protocol !== 'https:' && !(base.startsWith('http:') && url.origin === base)) throw new MediaError('it lies at an address that is not protected (no https).')
      headers = {}
      continue
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel()
      throw new MediaError(`Twilio answered with HTTP ${response.status}.`)
    }
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of response.body) {
      size += chunk.byteLength
      if (size > limit) throw new MediaError('it is larger than 10 MB.')
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }
  throw new MediaError('too many redirects.')
}
