import { createReadStream } from 'node:fs'
import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { xml } from '@xmpp/client'
import { ConnectorError } from '#connector'
import type { OutgoingAttachment } from '#connector'
import { Refusal } from './connect.ts'
import type { Stream } from './connect.ts'
import { ns } from './names.ts'
import { writable } from './xml.ts'

/** The headers that a slot may ask for (0363 section 5). */
const allowedHeaders = new Set(['authorization', 'cookie', 'expires'])

/** The server's file storage and the largest file it takes; null: it has none. */
export async function findStorage(stream: Stream): Promise<{ jid: string, maxBytes: number | null } | null> {
  const items = await stream.ask('get', stream.domain, xml('query', { xmlns: ns.discoItems })).catch(() => null)
  const jids = items?.getChild('query', ns.discoItems)?.getChildren('item').map((item) => item.attrs['jid'] ?? '').filter(Boolean).slice(0, 20) ?? []
  for (const jid of [...jids, stream.domain]) {
    const info = (await stream.ask('get', jid, xml('query', { xmlns: ns.disco })).catch(() => null))?.getChild('query', ns.disco)
    if (!info?.getChildren('feature').some((feature) => feature.attrs['var'] === ns.upload)) continue
    const limit = Number(info.getChildren('x', ns.form).flatMap((form) => form.getChildren('field')).find((field) => field.attrs['var'] === 'max-file-size')?.getChildText('value') ?? NaN)
    return { jid, maxBytes: Number.isFinite(limit) ? limit : null }
  }
  return null
}

/**
 * Puts a file into the storage (0363) and returns the link to it. Nothing has been said to anybody when it fails: every ConnectorError is
 * certain. Plain only towards the machine the account is on.
 */
export async function upload(stream: Stream, storage: { jid: string, maxBytes: number | null }, file: OutgoingAttachment, trusted: string | null, signal: AbortSignal): Promise<string> {
  if (storage.maxBytes !== null && file.size > storage.maxBytes) throw new ConnectorError('too-large', `The file ${file.name} is larger than your server stores (${Math.floor(storage.maxBytes / 1024 / 1024)} MiB). Send it by mail, or send a link.`, { retry: 'never' })
  const answer = await stream.ask('get', storage.jid, xml('request', { xmlns: ns.upload, filename: writable(file.name), size: String(file.size), 'content-type': writable(file.contentType) })).catch((error: unknown) => {
    if (error instanceof Refusal && /^(not-acceptable|not-allowed|forbidden)$/.test(error.condition)) throw new ConnectorError('upload', `Your server does not store the file ${file.name}: ${error.message}`, { retry: 'never' })
    throw new ConnectorError('upload', `Your server could not store the file ${file.name} just now. Kinbox tries again.`, { retry: 'later' })
  })
  const slot = answer.getChild('slot', ns.upload)
  const put = slot?.getChild('put')
  const link = slot?.getChild('get')?.attrs['url'] ?? ''
  const urls = [put?.attrs['url'] ?? '', link].map((url) => URL.canParse(url) ? new URL(url) : null)
  if (urls.some((url) => url === null || (url.protocol !== 'https:' && !(url.protocol === 'http:' && url.hostname === trusted)))) throw new ConnectorError('upload', 'Your server stores files only without encryption, so nothing was sent to it. Ask its operator.', { retry: 'never' })
  const headers = Object.fromEntries((put?.getChildren('header') ?? []).map((header) => [header.attrs['name']?.toLowerCase() ?? '', header.getText().replace(/[\r\n]/g, '')]).filter(([name]) => allowedHeaders.has(name ?? '')))
  const target = urls[0]!
  const status = await new Promise<number>((resolve, reject) => {
    const request = target.protocol === 'http:' ? requestPlain : requestSecure
    const call = request(target, { method: 'PUT', agent: false, signal: AbortSignal.any([signal, AbortSignal.timeout(10 * 60_000)]), headers: { ...headers, 'content-type': file.contentType, 'content-length': file.size } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    call.on('error', reject)
    createReadStream(file.path).on('error', reject).pipe(call)
  }).catch(() => 0)
  if (status !== 201 && status !== 200) throw new ConnectorError('upload', `Your server could not store the file ${file.name} just now${status ? ` (it answered ${status})` : ''}. Kinbox tries again.`, { retry: 'later' })
  return link
}
