import twilio from 'twilio'
import { defaultBase, type Settings } from './settings.ts'

export type Client = InstanceType<typeof twilio.Twilio>

/** The part of a message resource that Kinbox keeps, in the words of the API. Dates are ms. */
export type Row = {
  sid: string, from: string, to: string, body: string, direction: string, status: string, num_media: number
  date_created: number, date_sent: number | null, error_code: number | null
}

/** The library's own client, but for the place it talks to (`baseUrl`), an end (`stopping`), no kept connections (a stale one would make a send uncertain), and a bound on answers. */
class Requests extends twilio.RequestClient {
  readonly base: URL

  constructor(base: string, timeout: number, stopping: AbortSignal) {
    super({ timeout, keepAlive: false, autoRetry: false })
    this.base = new URL(base)
    this.axios.interceptors.request.use(config => Object.assign(config, { signal: stopping, maxContentLength: 32 * 1024 * 1024 }))
  }

  override request: InstanceType<typeof twilio.RequestClient>['request'] = options => {
    const url = new URL(options.uri)
    return super.request({ ...options, uri: this.base.origin + url.pathname + url.search })
  }
}

/** The base address of the API without a slash at the end. */
export function baseOf(settings: Settings): string {
  return new URL(settings.baseUrl ?? defaultBase).origin
}

/** A client for these settings. It never retries by itself; `stopping` ends what is under way. */
export function connect(settings: Settings, stopping: AbortSignal): Client {
  const httpClient = new Requests(baseOf(settings), (settings.timeoutSeconds ?? 15) * 1000, stopping)
  return new twilio.Twilio(settings.accountSid, settings.authToken, { httpClient, autoRetry: false })
}

/** Whether Twilio itself posted this: X-Twilio-Signature over the URL it called, with and without the default port. */
export function signedByTwilio(authToken: string, signature: string, url: string, fields: Record<string, string | string[]>): boolean {
  return twilio.validateRequest(authToken, signature, url, fields)
}

type Instance = Awaited<ReturnType<Client['messages']['list']>>[number]

/** A message of the API as a row. */
export function toRow(message: Instance): Row {
  return {
    sid: message.sid, from: message.from ?? '', to: message.to ?? '', body: message.body ?? '', direction: message.direction, status: message.status, num_media: Number(message.numMedia ?? 0),
    date_created: message.dateCreated.getTime(), date_sent: Number.isFinite(message.dateSent?.getTime()) ? message.dateSent.getTime() : null, error_code: message.errorCode ?? null
  }
}

/** When the network says a message happened (ms). */
export function dateOf(row: Row): number {
  return row.date_sent ?? row.date_created
}

/** The messages that `filter` selects, newest first, a page at a time as the consumer asks for more. */
export async function * newestFirst(client: Client, filter: { to?: string, from?: string, dateSentAfter?: Date, dateSentBefore?: Date }, pageSize: number): AsyncGenerator<Row> {
  let page: { instances: Instance[], nextPageUrl?: string | undefined } = await client.messages.page({ ...filter, pageSize })
  for (;;) {
    for (const message of page.instances) yield toRow(message)
    if (!page.nextPageUrl) return
    page = await client.messages.getPage(page.nextPageUrl)
  }
}
