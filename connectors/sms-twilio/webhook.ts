import { remoteId, type Account, type Arrival, type WebhookAnswer, type WebhookRequest } from '#connector'
import { signedByTwilio } from './client.ts'
import type { Ledger } from './ledger.ts'
import { fetchMedia, mediaOfWebhook } from './media.ts'
import { canonicalNumber } from './number.ts'
import { toBytes, toReceipt } from './parse.ts'
import type { Settings } from './settings.ts'

/** Twilio waits 15 s for an answer. */
const mediaMs = 8_000

const text = (status: number, body: string): WebhookAnswer => ({ status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body })
const done: WebhookAnswer = { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' }

/** A form's fields; one that comes twice is a list, since the signature covers both. */
function formOf(body: Uint8Array): Record<string, string | string[]> {
  const params = new URLSearchParams(Buffer.from(body).toString('utf8'))
  return Object.fromEntries([...new Set(params.keys())].map(name => {
    const values = params.getAll(name)
    return [name, values.length === 1 ? values[0]! : values]
  }))
}

/**
 * Answers what Twilio posts: a message at `webhookUrl`, a status at `webhookUrl/status/<attempt>`. The signature is checked over the configured URL
 * before anything is read from it; the answer is given only after the message is stored, so that a failure shows at Twilio and polling fetches it.
 * `live.cursorWith` gives the live cursor that knows of one more message; `live.stored` is told of each that was stored.
 */
export async function answerWebhook(request: WebhookRequest, account: Account<Settings>, ledger: Ledger, signal: AbortSignal, live: { cursorWith(sid: string, at: number): string, stored(sid: string, at: number): void }): Promise<WebhookAnswer> {
  if (account.webhookUrl === null) return text(404, 'No webhook is configured here.')
  if (request.method !== 'POST') return text(405, 'Set the method of the webhook to POST.')
  const { settings } = account
  const fields = formOf(request.body)
  if (!signedByTwilio(settings.authToken, request.headers['x-twilio-signature'] ?? '', request.url, fields) || fields['AccountSid'] !== settings.accountSid) {
    account.log.warn({}, 'a webhook call without a valid signature was refused; if it came from Twilio, the public URL or the auth token is wrong')
    return text(403, 'The signature is not valid.')
  }
  const path = new URL(request.url).pathname.slice(new URL(account.webhookUrl).pathname.length).replace(/\/$/, '')
  const now = account.clock.now()
  const batch: Arrival[] = []
  const sid = String(fields['MessageSid'] ?? '')
  const attempt = /^\/status\/([A-Za-z0-9.-]{1,200})$/.exec(path)?.[1]
  if (attempt) {
    const receipt = toReceipt(sid, String(fields['MessageStatus'] ?? ''), Number(fields['ErrorCode'] ?? 0) || null, attempt)
    if (!receipt) return done
    ledger.sent(attempt, sid)
    batch.push({ at: now, incoming: receipt })
  } else if (path === '' && sid !== '') {
    const to = canonicalNumber(String(fields['To'] ?? ''), null)
    if (to !== settings.number) return text(404, 'This address is for another number. Give each number its own account in Kinbox.')
    const media = await fetchMedia(settings, mediaOfWebhook(fields), AbortSignal.any([signal, AbortSignal.timeout(mediaMs)]))
    batch.push({ remoteId: remoteId(sid), at: now, raw: toBytes({ source: 'webhook', fields, media }) })
  } else {
    return text(404, 'Nothing is at this address.')
  }
  if (signal.aborted) return text(503, 'This account is being closed. Please try again.')
  try {
    await account.receive(batch, { lane: 'live', ...(attempt ? {} : { cursor: live.cursorWith(sid, now) }) })
  } catch {
    return text(503, 'It could not be stored. Please try again.')
  }
  if (!attempt) live.stored(sid, now)
  return done
}
