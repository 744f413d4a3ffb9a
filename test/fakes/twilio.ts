/**
 * Twilio's Messages API 2010-04-01 on the loopback, as its published OpenAPI file and its documentation describe it.
 * It knows nothing of Kinbox. Every request and every answer is checked against the published file; what is wrong is in `problems`.
 */
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { readOpenApi, type Published } from './openapi.ts'

/** The folder of public test material: the published file lies in it. */
export const corpora = resolve(process.env['KINBOX_CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora'))

export type FakeMedia = { contentType: string, content: Uint8Array }
export type FakeStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'delivered' | 'undelivered' | 'receiving' | 'received' | 'accepted' | 'scheduled' | 'read' | 'canceled'
export type FakeMessage = {
  sid: string, from: string, to: string, body: string, direction: 'inbound' | 'outbound-api' | 'outbound-reply', status: FakeStatus
  created: number, sent: number | null, errorCode: number | null, service: string | null, callback: string | null
  media: (FakeMedia & { sid: string })[]
}
/** What goes wrong with the next `times` requests to create (`create`), to read (`read`) or to fetch media bytes (`media`). */
export type Trouble = { on: 'create' | 'read' | 'media', what: 'hang-before' | 'hang-after' | 'cut-before' | 'cut-after' | 'status', status?: number, code?: number, times: number }
export type WebhookResult = { status: number, body: string }

export type FakeTwilio = {
  url: string
  accountSid: string
  authToken: string
  /** Oldest first. */
  messages: FakeMessage[]
  requests: { method: string, path: string, query: URLSearchParams, form: URLSearchParams | null }[]
  /** Everything that did not fit the published file. A test ends by asserting that it is empty. */
  problems: string[]
  /** Where inbound messages are posted; null: nowhere. */
  webhook: string | null
  trouble: Trouble | null
  /** How many media redirects (to a host of its own, as the real thing does) carried the password along. */
  leaked: number
  /** Somebody writes to a number of ours. Stored at once; resolves with the webhook's answer, or null where none is configured. `webhook: false` loses the call. */
  inbound(from: string, to: string, body: string, options?: { media?: FakeMedia[], webhook?: boolean, at?: number, optOutType?: boolean }): Promise<{ sid: string, webhook: WebhookResult | null }>
  /** Somebody with the same account sends from elsewhere (the provider's console). */
  console(from: string, to: string, body: string, at?: number): string
  /** Moves a message on, and posts its status callback unless `callback` is false. */
  status(sid: string, status: FakeStatus, options?: { errorCode?: number, callback?: boolean }): Promise<WebhookResult | null>
  /** Posts to any URL with a signature made with `token`. */
  post(url: string, fields: Record<string, string>, token?: string): Promise<WebhookResult>
  close(): Promise<void>
}

const optOut = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT']
const optIn = ['START', 'YES', 'UNSTOP']
const help = ['HELP', 'INFO']
const errors: Record<number, string> = {
  20003: 'Authenticate',
  20404: 'The requested resource was not found',
  20429: 'Too Many Requests',
  20500: 'An internal server error has occurred',
  21211: "Invalid 'To' Phone Number",
  21602: 'Message body is required.',
  21603: "A 'From' phone number is required.",
  21606: "The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination.",
  21610: 'Attempt to send to unsubscribed recipient',
  21617: 'The concatenated message body exceeds the 1600 character limit.'
}

const dayMs = 86_400_000
const rfc2822 = (at: number): string => new Date(at).toUTCString().replace('GMT', '+0000')
const seconds = (at: number): number => Math.floor(at / 1000) * 1000

/** X-Twilio-Signature: base64(HMAC-SHA1(token, URL + each parameter's name and value, sorted by name)). */
export function sign(token: string, url: string, fields: Record<string, string>): string {
  const data = Object.keys(fields).sort().reduce((text, name) => text + name + fields[name]!, url)
  return createHmac('sha1', token).update(data, 'utf8').digest('base64')
}

type Operations = Record<'create' | 'list' | 'fetch' | 'mediaList' | 'media' | 'numbers', Published>
let published: Operations | null = null

/** The published operations; read and compiled once a process, since that takes longer than most tests. */
function readPublished(): Operations {
  if (published) return published
  const api = readOpenApi(join(corpora, 'sms/twilio_api_v2010.openapi.json.gz'))
  const base = '/2010-04-01/Accounts/{AccountSid}'
  published = {
    create: api.operation('post', base + '/Messages.json'),
    list: api.operation('get', base + '/Messages.json'),
    fetch: api.operation('get', base + '/Messages/{Sid}.json'),
    mediaList: api.operation('get', base + '/Messages/{MessageSid}/Media.json'),
    media: api.operation('get', base + '/Messages/{MessageSid}/Media/{Sid}.json'),
    numbers: api.operation('get', base + '/IncomingPhoneNumbers.json')
  }
  return published
}

/**
 * Starts the fake on a free port of the loopback.
 * `numbers` are the account's own phone numbers; `clock` gives the time of everything it stores (to the second, as the real thing does).
 */
export async function startTwilio(options: { clock: { now(): number }, numbers: string[], accountSid?: string, authToken?: string }): Promise<FakeTwilio> {
  const { clock, numbers, accountSid = 'AC' + 'a1'.repeat(16), authToken = 'fake-token-7f3c' } = options
  const operations = readPublished()
  let made = 0
  const sid = (prefix: string): string => prefix + createHash('md5').update(`${accountSid} ${++made}`).digest('hex')
  const unsubscribed = new Set<string>()
  const hanging = new Set<ServerResponse>()

  const fake: FakeTwilio = {
    url: '', accountSid, authToken, messages: [], requests: [], problems: [], webhook: null, trouble: null, leaked: 0,
    async inbound(from, to, body, { media = [], webhook = true, at = clock.now(), optOutType = false } = {}) {
      const message = store({ from, to, body, direction: 'inbound', status: 'received', created: seconds(at), sent: seconds(at), service: null, callback: null, media: media.map(one => ({ ...one, sid: sid('ME') })) })
      const word = body.trim().toUpperCase()
      const kind = optOut.includes(word) ? 'STOP' : optIn.includes(word) ? 'START' : help.includes(word) ? 'HELP' : null
      const pair = `${to} ${from}`
      const was = unsubscribed.has(pair)
      if (kind === 'STOP') unsubscribed.add(pair)
      if (kind === 'START') unsubscribed.delete(pair)
      const reply = kind === 'STOP' && !was ? 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.'
        : kind === 'START' && was ? 'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.'
          : kind === 'HELP' ? 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.' : null
      if (reply) store({ from: to, to: from, body: reply, direction: 'outbound-reply', status: 'delivered', created: seconds(at), sent: seconds(at), service: null, callback: null, media: [] })
      if (!webhook || !fake.webhook) return { sid: message.sid, webhook: null }
      const fields: Record<string, string> = {
        ToCountry: 'US', ToState: '', SmsMessageSid: message.sid, NumMedia: String(media.length), ToCity: '', FromZip: '', SmsSid: message.sid, FromState: '', SmsStatus: 'received', FromCity: '',
        Body: body, FromCountry: 'US', To: to, ToZip: '', NumSegments: '1', MessageSid: message.sid, AccountSid: accountSid, From: from, ApiVersion: '2010-04-01'
      }
      if (kind && optOutType) fields['OptOutType'] = kind
      message.media.forEach((one, i) => {
        fields[`MediaUrl${i}`] = `${fake.url}/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}/Media/${one.sid}`
        fields[`MediaContentType${i}`] = one.contentType
      })
      return { sid: message.sid, webhook: await fake.post(fake.webhook, fields) }
    },
    console(from, to, body, at = clock.now()) {
      return store({ from, to, body, direction: 'outbound-api', status: 'delivered', created: seconds(at), sent: seconds(at), service: null, callback: null, media: [] }).sid
    },
    async status(id, status, { errorCode, callback = true } = {}) {
      const message = fake.messages.find(one => one.sid === id)
      if (!message) throw new Error('no message ' + id)
      message.status = status
      message.errorCode = errorCode ?? null
      if (status !== 'queued' && status !== 'accepted' && status !== 'sending') message.sent ??= seconds(clock.now())
      if (!callback || !message.callback) return null
      return fake.post(message.callback, {
        SmsSid: id, SmsStatus: status, MessageStatus: status, To: message.to, MessageSid: id, AccountSid: accountSid, From: message.from, ApiVersion: '2010-04-01',
        ...(errorCode ? { ErrorCode: String(errorCode) } : {})
      })
    },
    async post(url, fields, token = authToken) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8', 'x-twilio-signature': sign(token, url, fields), 'user-agent': 'TwilioProxy/1.1' },
        body: new URLSearchParams(fields).toString()
      })
      return { status: answer.status, body: await answer.text() }
    },
    async close() {
      for (const response of hanging) response.destroy()
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    }
  }

  function store(message: Omit<FakeMessage, 'sid' | 'errorCode'>): FakeMessage {
    const stored = { ...message, sid: sid(message.media.length > 0 ? 'MM' : 'SM'), errorCode: null }
    fake.messages.push(stored)
    return stored
  }

  function resource(message: FakeMessage): object {
    const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}`
    return {
      account_sid: accountSid, api_version: '2010-04-01', body: message.body, date_created: rfc2822(message.created), date_sent: message.sent === null ? null : rfc2822(message.sent),
      date_updated: rfc2822(message.sent ?? message.created), direction: message.direction, error_code: message.errorCode, error_message: message.errorCode === null ? null : 'Error ' + message.errorCode,
      from: message.from, messaging_service_sid: message.service, num_media: String(message.media.length), num_segments: '1', price: null, price_unit: 'USD', sid: message.sid, status: message.status,
      subresource_uris: { media: uri + '/Media.json', feedback: uri + '/Feedback.json' }, to: message.to, uri: uri + '.json'
    }
  }

  /** One page and its links. A page token names the last item of the page before, so that new items do not shift the pages. */
  function page(path: string, query: URLSearchParams, key: string, items: { id: string, value: object }[]): object {
    const size = Number(query.get('PageSize') ?? 50)
    const after = query.get('PageToken')?.slice(2)
    const start = after ? items.findIndex(one => one.id === after) + 1 : 0
    const number = Number(query.get('Page') ?? 0)
    const shown = items.slice(start, start + size)
    const link = (n: number, token: string | null): string => {
      const params = new URLSearchParams(query)
      params.set('PageSize', String(size))
      params.set('Page', String(n))
      params.delete('PageToken')
      if (token) params.set('PageToken', 'PA' + token)
      return `${path}?${params}`
    }
    return {
      first_page_uri: link(0, null), next_page_uri: start + size < items.length ? link(number + 1, shown.at(-1)!.id) : null, previous_page_uri: null, page: number, page_size: size,
      start: number * size, end: number * size + Math.max(shown.length - 1, 0), uri: `${path}?${query}`, [key]: shown.map(one => one.value)
    }
  }

  function listed(query: URLSearchParams): FakeMessage[] {
    // Documented to the day (GMT), both ends included; what has not been sent has no date and is not found by one
    const bound = (name: string): number | null => query.has(name) ? Math.floor(Date.parse(query.get(name)!) / dayMs) * dayMs : null
    const [on, before, after] = [bound('DateSent'), bound('DateSent<'), bound('DateSent>')]
    return fake.messages
      .map((message, i) => ({ message, i }))
      .filter(({ message }) => (!query.has('To') || message.to === query.get('To')) && (!query.has('From') || message.from === query.get('From')))
      .filter(({ message: { sent } }) => on === null || (sent !== null && sent >= on && sent < on + dayMs))
      .filter(({ message: { sent } }) => before === null || (sent !== null && sent < before + dayMs))
      .filter(({ message: { sent } }) => after === null || (sent !== null && sent >= after))
      .sort((a, b) => b.message.created - a.message.created || b.i - a.i)
      .map(({ message }) => message)
  }

  function create(form: URLSearchParams): { status: number, body: object } | { code: number } {
    const to = form.get('To') ?? ''
    const from = form.get('From')
    const service = form.get('MessagingServiceSid')
    if (!from && !service) return { code: 21603 }
    if (!form.get('Body') && !form.has('MediaUrl')) return { code: 21602 }
    if (!/^\+[1-9][0-9]{6,14}$/.test(to) || to === '+15005550001') return { code: 21211 }
    if (from && !numbers.includes(from)) return { code: 21606 }
    if ((form.get('Body') ?? '').length > 1600) return { code: 21617 }
    const sender = from ?? numbers[0]!
    if (unsubscribed.has(`${sender} ${to}`)) return { code: 21610 }
    const message = store({ from: sender, to, body: form.get('Body') ?? '', direction: 'outbound-api', status: service ? 'accepted' : 'queued', created: seconds(clock.now()), sent: null, service, callback: form.get('StatusCallback'), media: [] })
    return { status: 201, body: resource(message) }
  }

  function authorised(request: IncomingMessage): boolean {
    return request.headers.authorization === 'Basic ' + Buffer.from(`${accountSid}:${authToken}`).toString('base64')
  }

  function answer(response: ServerResponse, status: number, body: object): void {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  function refuse(response: ServerResponse, status: number, code: number): void {
    answer(response, status, { code, message: errors[code] ?? 'Error', more_info: `https://www.twilio.com/docs/errors/${code}`, status })
  }

  /** True where the switch has taken the request over. */
  function troubled(on: Trouble['on'], moment: 'before' | 'after', response: ServerResponse): boolean {
    const trouble = fake.trouble
    if (!trouble || trouble.on !== on || !(trouble.what === 'status' ? moment === 'before' : trouble.what.endsWith(moment))) return false
    trouble.times--
    if (trouble.times <= 0) fake.trouble = null
    if (trouble.what === 'status') refuse(response, trouble.status!, trouble.code ?? 20500)
    else if (trouble.what.startsWith('cut')) response.destroy()
    else hanging.add(response)
    return true
  }

  function checked(operation: Published, response: ServerResponse, status: number, body: object): void {
    const wrong = operation.answer(status, body)
    fake.problems.push(...wrong)
    if (wrong.length > 0) refuse(response, 500, 20500)
    else answer(response, status, body)
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, fake.url)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const method = request.method!.toLowerCase()
    const form = method === 'post' ? new URLSearchParams(Buffer.concat(chunks).toString('utf8')) : null
    fake.requests.push({ method, path: url.pathname, query: url.searchParams, form })

    // Where media really lie: another place, reached by a redirect, that must never see the password
    const cdn = /^\/cdn\/(ME[0-9a-f]{32})$/.exec(url.pathname)
    if (cdn) {
      if (request.headers.authorization) fake.leaked++
      const one = fake.messages.flatMap(message => message.media).find(media => media.sid === cdn[1])
      if (troubled('media', 'before', response)) return
      response.writeHead(one ? 200 : 404, { 'content-type': one?.contentType ?? 'text/plain' }).end(one?.content ?? 'gone')
      return
    }
    const match = /^\/2010-04-01\/Accounts\/(AC[0-9a-fA-F]{32})(\/.*)$/.exec(url.pathname)
    if (!match) return refuse(response, 404, 20404)
    if (!authorised(request)) return refuse(response, 401, 20003)
    if (match[1] !== accountSid) return refuse(response, 404, 20404)
    const rest = match[2]!
    const complain = (operation: Published, path: Record<string, string>): boolean => {
      const wrong = operation.request({ AccountSid: accountSid, ...path }, url.searchParams, form)
      fake.problems.push(...wrong.map(text => `${method} ${rest}: ${text}`))
      if (wrong.length > 0) refuse(response, 400, 20001)
      return wrong.length > 0
    }

    if (method === 'post' && rest === '/Messages.json') {
      if (complain(operations.create, {})) return
      if (troubled('create', 'before', response)) return
      const made = create(form!)
      if (troubled('create', 'after', response)) return
      return 'code' in made ? refuse(response, 400, made.code) : checked(operations.create, response, made.status, made.body)
    }
    if (method !== 'get') return refuse(response, 405, 20004)
    if (rest === '/Messages.json') {
      if (complain(operations.list, {}) || troubled('read', 'before', response)) return
      return checked(operations.list, response, 200, page(url.pathname, url.searchParams, 'messages', listed(url.searchParams).map(message => ({ id: message.sid, value: resource(message) }))))
    }
    if (rest === '/IncomingPhoneNumbers.json') {
      if (complain(operations.numbers, {}) || troubled('read', 'before', response)) return
      const wanted = url.searchParams.get('PhoneNumber')
      const found = numbers.filter(number => !wanted || number === wanted)
      return checked(operations.numbers, response, 200, page(url.pathname, url.searchParams, 'incoming_phone_numbers', found.map(number => ({
        id: number,
        value: { account_sid: accountSid, sid: 'PN' + createHash('md5').update(number).digest('hex'), phone_number: number, friendly_name: number, capabilities: { sms: true, mms: true, voice: true, fax: false }, sms_url: fake.webhook, sms_method: 'POST', beta: false, origin: 'twilio', status: 'in-use', api_version: '2010-04-01' }
      }))))
    }
    const one = /^\/Messages\/((?:SM|MM)[0-9a-f]{32})(?:\.json|\/Media(?:\.json|\/(ME[0-9a-f]{32})(\.json)?))$/.exec(rest)
    const message = one ? fake.messages.find(stored => stored.sid === one[1]) : undefined
    if (!one || !message) return refuse(response, 404, 20404)
    if (rest.endsWith('/Media.json')) {
      if (complain(operations.mediaList, { MessageSid: message.sid }) || troubled('read', 'before', response)) return
      return checked(operations.mediaList, response, 200, page(url.pathname, url.searchParams, 'media_list', message.media.map(media => ({ id: media.sid, value: mediaResource(message, media) }))))
    }
    if (!one[2]) {
      if (complain(operations.fetch, { Sid: message.sid }) || troubled('read', 'before', response)) return
      return checked(operations.fetch, response, 200, resource(message))
    }
    const media = message.media.find(stored => stored.sid === one[2])
    if (!media) return refuse(response, 404, 20404)
    if (one[3]) return complain(operations.media, { MessageSid: message.sid, Sid: media.sid }) ? undefined : checked(operations.media, response, 200, mediaResource(message, media))
    response.writeHead(307, { location: `${fake.url}/cdn/${media.sid}` }).end()
  }

  function mediaResource(message: FakeMessage, media: FakeMedia & { sid: string }): object {
    return {
      account_sid: accountSid, content_type: media.contentType, date_created: rfc2822(message.created), date_updated: rfc2822(message.created), parent_sid: message.sid, sid: media.sid,
      uri: `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}/Media/${media.sid}.json`
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      fake.problems.push(String(error))
      response.destroy()
    })
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}
