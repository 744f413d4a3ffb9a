import { addressBookMultiGet, createAccount, propfind, syncCollection } from 'tsdav'
import { ConnectorError, remoteId } from '#connector'
import type { Account, Arrival, Session } from '#connector'
import { kinds } from './address.ts'
import { parse } from './parse.ts'
import type { Settings } from './settings.ts'
import { openWire } from './wire.ts'
import type { Wire } from './wire.ts'
import { writeCard } from './write.ts'

/** `token`: how far the changes have been read (RFC 6578); null: the server knows no such thing, and is read whole. */
type Cursor = { url: string, token: string | null }

const atOnce = 100

/**
 * Reads the address book, and from then on what changes in it. What has been read is stored before the place is kept, so nothing
 * is passed over; a card that comes again with the same version changes nothing. Throws ConnectorErrors.
 */
export async function openSession(account: Account<Settings>): Promise<Session> {
  const { settings, clock, log } = account
  const closing = new AbortController()
  const signal = AbortSignal.any([account.stopping, closing.signal])
  const closed = Promise.withResolvers<void>()
  closed.promise.catch(() => {})
  const end = (error?: unknown) => {
    closing.abort()
    if (error === undefined) closed.resolve()
    else closed.reject(error instanceof ConnectorError ? error : new ConnectorError('unreadable', 'The server of the address book did not answer as it should. Kinbox tries again by itself.', { retry: 'later', cause: error }))
  }
  account.stopping.addEventListener('abort', () => end(), { once: true })
  const wire = openWire(settings, signal)
  const url = await bookOf(settings, wire)
  let cursor: Cursor = account.cursors.live === null ? { url, token: null } : JSON.parse(account.cursors.live) as Cursor
  if (cursor.url !== url) cursor = { url, token: null }

  const read = async (urls: string[], etags: Map<string, string>): Promise<Arrival[]> => {
    if (urls.length === 0) return []
    const answers = await addressBookMultiGet({ url, props: { 'd:getetag': {}, 'card:address-data': {} }, objectUrls: urls, depth: '1', fetch: wire.fetch })
    const arrivals: Arrival[] = []
    for (const { href, props } of answers) {
      const text: unknown = props?.['addressData']?._cdata ?? props?.['addressData']
      if (!href || typeof text !== 'string') continue
      const place = pathOf(href)
      const [one] = await parse(Buffer.from(text), { region: settings.region ?? null }).catch(() => [])
      const version = etagOf(props?.['getetag']) ?? etags.get(place)
      if (one?.type !== 'contact' || version === undefined) continue
      if (one.unreadable !== undefined) log.info({ card: place, why: one.unreadable }, 'a card is left out')
      else arrivals.push({ at: clock.now(), incoming: { ...one, friend: settings.friends ?? true, card: { remoteId: remoteId(place), version, kinds } } })
    }
    return arrivals
  }

  const sync = async (): Promise<void> => {
    const { changed, gone, etags, token, whole } = await changesSince(url, cursor.token, wire)
    for (let i = 0; i < changed.length; i += atOnce) await account.receive(await read(changed.slice(i, i + atOnce), etags), { lane: 'live' })
    const last: Arrival[] = gone.map((place) => ({ at: clock.now(), incoming: { type: 'removal', remoteId: remoteId(place) } }))
    if (whole) last.push({ at: clock.now(), incoming: { type: 'cards', present: changed.map(remoteId) } })
    cursor = { url, token }
    await account.receive(last, { lane: 'live', cursor: JSON.stringify(cursor), caughtUp: true })
  }

  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> = Promise.resolve()
  /** One at a time: what is read and what is written must not cross. */
  const inTurn = <T>(doing: () => Promise<T>): Promise<T> => {
    const done = working.then(doing)
    working = done.then(() => undefined, () => undefined)
    return done
  }
  const again = () => {
    if (signal.aborted) return
    clearTimeout(timer)
    timer = setTimeout(() => void inTurn(sync).then(again, (error: unknown) => signal.aborted || end(error)), (settings.minutes ?? 15) * 60_000).unref()
  }
  // Not awaited: a session is open when the server has let us in. What it has comes in the background.
  void inTurn(sync).then(again, (error: unknown) => signal.aborted || end(error))
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  if (account.stopping.aborted) end()

  const refuse = async (): Promise<never> => {
    throw new ConnectorError('not-supported', 'An address book sends no messages.', { retry: 'never' })
  }
  return {
    closed: closed.promise,
    prepare: refuse,
    perform: refuse,
    writeCard: (change) => inTurn(async () => {
      try {
        return await writeCard(change, { url, region: settings.region ?? null, wire })
      } catch (error) {
        if (error instanceof ConnectorError && error.code === 'changed') void inTurn(sync).catch(() => undefined)
        throw error
      }
    }),
    async close() {
      end()
      await Promise.race([working, new Promise((over) => setTimeout(over, 500).unref())])
    }
  }
}

/** The address book that the settings mean: the address itself, or the one of that name of the user's. */
async function bookOf({ url, user, password, book }: Settings, wire: Wire): Promise<string> {
  const at = (await propfind({ url, props: { 'd:resourcetype': {} }, depth: '0', fetch: wire.fetch }).catch(refusal))?.[0]
  const type: unknown = at?.props?.['resourcetype']
  if (typeof type === 'object' && type !== null && 'addressbook' in type) return ended(url)
  const found = await createAccount({ account: { accountType: 'carddav', serverUrl: url, credentials: { username: user, password } }, loadCollections: true, fetch: wire.fetch }).catch(refusal)
  const books = found?.addressBooks ?? []
  const meant = book === undefined ? books[0] : books.find(({ displayName }) => displayName === book)
  if (meant) return ended(meant.url)
  throw new ConnectorError('no-book', books.length === 0
    ? 'There is no address book at this address. Enter the address that your provider gives for contacts (CardDAV).'
    : `There is no address book called "${book}" there. There are: ${books.map(({ displayName, url }) => typeof displayName === 'string' ? displayName : url).join(', ')}.`, { retry: 'after-login' })
}

function refusal(error: unknown): undefined {
  if (error instanceof ConnectorError) throw error
  return undefined
}

type Changes = { changed: string[], gone: string[], etags: Map<string, string>, token: string | null, whole: boolean }

/** What has changed since a token; all there is where there is none, or where the server does not know it any more. */
async function changesSince(url: string, token: string | null, wire: Wire): Promise<Changes> {
  const answers = await syncCollection({ url, props: { 'd:getetag': {} }, syncLevel: 1, ...(token === null ? {} : { syncToken: token }), fetch: wire.fetch })
  const refused = answers.find(({ href, ok, status }) => !ok && (href === undefined || pathOf(href) === pathOf(url)) && status !== 404)
  if (refused && token !== null) return changesSince(url, null, wire)
  if (refused) return wholeBook(url, wire)
  const etags = new Map<string, string>()
  const gone: string[] = []
  for (const { href, status, props } of answers) {
    if (!href || pathOf(href) === pathOf(url)) continue
    const etag = etagOf(props?.['getetag'])
    if (status === 404) gone.push(pathOf(href))
    else if (etag !== undefined) etags.set(pathOf(href), etag)
  }
  const next: unknown = answers[0]?.raw?.multistatus?.syncToken
  return { changed: [...etags.keys()], gone, etags, token: typeof next === 'string' ? next : null, whole: token === null }
}

async function wholeBook(url: string, wire: Wire): Promise<Changes> {
  const answers = await propfind({ url, props: { 'd:getetag': {}, 'd:getcontenttype': {} }, depth: '1', fetch: wire.fetch })
  if (!answers.some(({ ok }) => ok)) throw new ConnectorError('unreadable', 'The server of the address book did not answer as it should. Kinbox tries again by itself.', { retry: 'later' })
  const etags = new Map(answers.flatMap(({ href, props }) => {
    const etag = etagOf(props?.['getetag'])
    return href && etag !== undefined && pathOf(href) !== pathOf(url) ? [[pathOf(href), etag] as const] : []
  }))
  return { changed: [...etags.keys()], gone: [], etags, token: null, whole: true }
}

const ended = (url: string): string => url.endsWith('/') ? url : url + '/'

/** Servers name a card by its whole address or by its path. */
export function pathOf(href: string): string {
  return href.replace(/^https?:\/\/[^/]+/i, '')
}

/** Some readers of XML take the quotes of an entity tag away; it is sent back with them. */
export function etagOf(value: unknown): string | undefined {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  return text === undefined || text === '' ? undefined : /^(W\/)?"/.test(text) ? text : `"${text}"`
}
