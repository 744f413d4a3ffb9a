import { randomBytes, createHmac } from 'node:crypto'
import { join } from 'node:path'
import type { Config } from '../config/options.ts'
import { audienceOf, tellersOf } from './accounts/audience.ts'
import { canonicalizer } from './accounts/canonical.ts'
import { connectorKinds, loadConnector } from './accounts/load.ts'
import { accounts as manageAccounts } from './accounts/manage.ts'
import { openOwnPresence } from './accounts/own-presence.ts'
import { cardFiles } from './accounts/card-files.ts'
import { openParsePool } from './accounts/parse-pool.ts'
import { openPresence } from './accounts/presence.ts'
import { prover } from './accounts/prove.ts'
import { proveAgain } from './accounts/prove-again.ts'
import { cachingResolver } from './accounts/resolver.ts'
import { supervisor as watchAccounts } from './accounts/supervisor.ts'
import type { SupervisorDeps } from './accounts/supervisor.ts'
import { openTyping } from './accounts/typing.ts'
import type { AdminActions } from './api/admin-actions.ts'
import { openAdminSocket } from './api/admin-socket.ts'
import { openBlobUrls } from './api/blob-urls.ts'
import { download, findBlob } from './api/blobs.ts'
import type { RemoteOptions } from './api/remote-fetch.ts'
import { openRemoteUrls } from './api/remote-urls.ts'
import type { RemoteUrls } from './api/remote-urls.ts'
import { openHtmlMaker } from './derived/html/make.ts'
import { openDoorCodes } from './api/door-codes.ts'
import { render } from './api/present/render.ts'
import { snapshot } from './api/present/snapshot.ts'
import type { Rooms } from './api/rooms.ts'
import { searcher as openSearcher } from './api/searcher.ts'
import type { ServerDeps } from './api/server.ts'
import { openRevocations, openSignals } from './api/signals.ts'
import { presenceSignals, signalOf } from './api/present/signal.ts'
import { openBlobs } from './blobs/blobs.ts'
import { diskUse } from './blobs/disk.ts'
import { adminActions } from './cli/actions.ts'
import { noNames } from './connector.ts'
import type { Clock, Log, Resolver } from './connector.ts'
import { searchIndex } from './derived/search-index.ts'
import { unindexed } from './derived/unindexed.ts'
import { thumbnails } from './derived/thumbnails/follow.ts'
import { Wakeup } from './feed/wakeup.ts'
import { announce } from './inbound/announce.ts'
import { counted } from './inbound/counted.ts'
import type { Intake } from './inbound/counted.ts'
import { takerAgain } from './inbound/again.ts'
import { receiver } from './inbound/receive.ts'
import { collector } from './jobs/collect.ts'
import { digests } from './jobs/digest.ts'
import { purge } from './jobs/purge.ts'
import { retention } from './jobs/retention.ts'
import { streamRetention } from './jobs/stream-retention.ts'
import type { Turn } from './jobs/turn.ts'
import { acceptor } from './outbound/accept.ts'
import { cancel } from './outbound/cancel.ts'
import { resolveCompose } from './outbound/compose.ts'
import { deliverer as openDeliverer } from './outbound/deliver.ts'
import { cardWriter } from './outbound/book.ts'
import { marker } from './outbound/marks.ts'
import { resolve } from './outbound/resolve.ts'
import { retry } from './outbound/retry.ts'
import { oneClick } from './outbound/unsubscribe.ts'
import type { Unsubscribing } from './outbound/unsubscribe.ts'
import { insertAttachment } from './store/attachments.ts'
import { openStore } from './store/database.ts'
import { figuresOf } from './store/figures.ts'
import { ownFolder } from './store/folder-lock.ts'
import { noteLastSeen } from './store/last-seen.ts'
import { renewLooks } from './store/look-alikes.ts'
import { openSeal } from './store/seal.ts'
import { listUsers, userByName } from './store/users.ts'

/** A server that runs in this process. */
export type App = {
  address: { host: string, port: number }
  url: string
  admin: AdminActions
  /** A one-time code for the page: without a name for making the first user (null: there is one), with a name for logging in as that user (null: there is none). */
  doorCode(user?: string): Promise<string | null>
  stop(): Promise<void>
}

/** What the world gives, where a test gives something else. */
export type World = {
  clock?: Clock
  dns?: Resolver
  random?(): number
  /** Folders of connectors, besides those that come along. */
  connectors?: string[]
  /** How pictures of other servers are reached. */
  remote?: RemoteOptions
  /** How a link for unsubscribing is called. */
  unsubscribing?: Unsubscribing
  /** How often what comes at its hour is looked for, and the time zone of users who have chosen none. */
  jobs?: { everyMs?: number, zone?: string }
  accounts?: Pick<SupervisorDeps, 'openMs' | 'retryBaseMs' | 'retryMaxMs'>
  server?: Partial<Pick<ServerDeps, 'limits' | 'checkResults' | 'throttle' | 'page'>>
}

const ownConnectors = join(import.meta.dirname, '../connectors')
const builtPage = join(import.meta.dirname, '../web/dist')
const parsers = 2
const stopMs = 10_000
const indexAfterMs = 1_000
const lastSeenMs = 60_000

/**
 * Opens every room over one data folder, which this process then owns, and joins them. Only a server `connects` accounts. `parses`:
 * what will be read at once, so that its parser is ready when the rest is.
 * Throws StartError, whose message says what to do.
 */
async function openHouse(config: Config, log: Log, world: World, { connects, parses = null }: { connects: boolean, parses?: string | null }) {
  const { clock = { now: Date.now }, random = Math.random } = world
  const owner = ownFolder(config.data)
  try {
    const folders = [ownConnectors, ...config.connectors ? [config.connectors] : [], ...world.connectors ?? []]
    const pool = openParsePool({ folders, size: parsers, timeoutMs: config.parseSeconds * 1000 })
    // Beside the opening of the database: both take their time.
    if (parses !== null) pool.warm(parses)
    const store = await openStore({ folder: config.data, clock, log })
    const seal = openSeal(config.data, config.secretKey)
    const blobs = openBlobs(config.data, clock)
    const wakeup = new Wakeup()
    const turn: Turn = { who: null }
    const searcher = openSearcher({ folder: config.data })
    const index = searchIndex({ folder: config.data, store, wakeup, log, renewed: searcher.reopen })
    if (parses !== null) index.start()
    const connector = (kind: string) => loadConnector(folders, kind)
    const kinds = () => connectorKinds(folders)
    const dns = cachingResolver({ clock, ...(world.dns ? { ask: world.dns } : {}) })
    const maker = openHtmlMaker()
    const small = thumbnails({ store, blobs, wakeup, clock, log })
    const receiving = { store, blobs, wakeup, clock, log, parse: pool.parse }
    const intake: Intake = {}
    const receive = counted(receiver({ ...receiving, many: (kind, batch) => pool.many(kind, batch, false), prove: prover({ connector, dns, log }) }), intake)
    const receiveFiles = counted(receiver({ ...receiving, many: (kind, batch) => pool.many(kind, batch, true), prove: prover({ connector, dns: noNames, log }) }), intake)
    await store.hot(renewLooks, 'bulk')
    const proving = proveAgain({ store, seal, clock, log, connector, again: takerAgain({ ...receiving, prove: prover({ connector, dns, log }) }) })
    const signals = openSignals()
    const revocations = openRevocations()
    // What is true only now may be lost; an error of the database must not end the process.
    const dropped = (error: unknown) => log.warn({ error: error instanceof Error ? error.message : String(error) }, 'a signal could not be told')
    const webhookUrl = (hook: string) => config.publicUrl === null ? null : `${config.publicUrl.replace(/\/$/, '')}/hooks/${hook}`
    let url = config.publicUrl
    const presence = openPresence({
      clock,
      changed: (userId, sightings) => void store.read((tx) => presenceSignals(tx, presence, userId, sightings)).then((all) => all.forEach((one) => signals.publish(userId, one))).catch(dropped)
    })
    const session = (id: number) => supervisor.session(id)
    const compose: Rooms['compose'] = (userId, request) => resolveCompose({ store, seal, clock, connector, presence: presence.of }, userId, request)
    const tellers = tellersOf({ store, connector, session })
    const audienceChanged = (userId: number) => void tellers(userId).then((all) => all.forEach(({ session }) => session.audience?.())).catch(dropped)
    const ownPresence = openOwnPresence({
      log, tellers,
      changed: (userId) => signals.publish(userId, { type: 'presence', own: true, presence: ownPresence.shown(userId), invisible: ownPresence.invisible(userId) })
    })
    const marks = marker({ store, clock, log, connector, session, invisible: ownPresence.invisible })
    const cards = cardWriter({ store, seal, clock, log, connector, session })
    const unwatchCards = wakeup.watch(cards.changed)
    const typing = openTyping({ clock, audience: audienceOf({ store, connector, session, compose, invisible: ownPresence.invisible }) })
    const keepLastSeen = () => store.hot((tx) => presence.takeLeft().forEach((left, userId) => noteLastSeen(tx, userId, left)), 'bulk').catch((error: unknown) => log.warn({ error: String(error) }, 'who left could not be stored'))
    const keeping = setInterval(keepLastSeen, lastSeenMs).unref()
    const supervisor = watchAccounts({
      store, seal, wakeup, clock, log, random, connector, dns, receive,
      webhookUrl,
      signal(userId, accountId, signal) {
        if (signal.type === 'presence') presence.heard(userId, accountId, signal)
        else void signalOf(store, userId, accountId, signal).then((found) => found && signals.publish(userId, found)).catch(dropped)
      },
      live(accountId, userId) {
        deliverer.wake(accountId)
        marks.wake(accountId)
        cards.opened(accountId, userId)
        ownPresence.opened(userId)
      },
      over: (accountId, userId) => presence.forget(userId, accountId),
      ...world.accounts
    })
    const deliverer = openDeliverer({
      store, wakeup, clock, log, random, session, path: (digest) => blobs.path(digest),
      loginNeeded: (id, error) => void supervisor.loginNeeded(id, error)
    })
    const region = config.region
    const cardsIn = cardFiles({ kinds, connector, parse: pool.parse, region, now: () => clock.now() })
    const canonical = canonicalizer({ store, seal, region, connector, kinds })
    const accounts = manageAccounts({ store, seal, clock, log, dns, wakeup, connector, kinds, webhookUrl, wake: (id) => deliverer.wake(id), supervisor: connects ? supervisor : { open: async () => {}, close: async () => {} } })
    const stopping = new AbortController()
    const actions = adminActions({ store, seal, clock, wakeup, accounts, canonical, readCards: cardsIn.read, receiveFiles, index: { upTo: (userId, signal) => index.opened().then(() => index.upTo(userId, undefined, signal)), pace: (userId) => unindexed({ index, store, userId, most: 2000 }) }, url: () => url, revoked: (loginId) => revocations.publish(loginId, null), stop: () => stopping.abort(), upkeep: { folder: config.data, blobs, keyElsewhere: config.secretKey !== null, publicUrl: config.publicUrl, serves: connects, turn } })
    return {
      unsubscribing: world.unsubscribing ?? {}, cardsIn, store, seal, blobs, maker, small, wakeup, clock, connector, accounts, canonical, supervisor, deliverer, presence, ownPresence, audienceChanged, typing, marks, compose, signals, revocations, turn, actions, stopping, index, proving, searcher,
      async figures() {
        const [stored, disk] = await Promise.all([store.read(figuresOf), diskUse(config.data)])
        return { ...stored, disk, intake, queueDepth: store.waiting, writable: store.trouble === null }
      },
      listensAt: (at: string) => void (url = at),
      async close() {
        // What is being sent may end first: without its session it would be uncertain.
        await deliverer.stop()
        await marks.stop()
        unwatchCards()
        await cards.stop()
        typing.stop()
        ownPresence.stop()
        await supervisor.stop()
        presence.stop()
        clearInterval(keeping)
        await keepLastSeen()
        await pool.close()
        await maker.close()
        await searcher.stop()
        await index.stop()
        await small.stop()
        await store.close()
        owner.release()
      }
    }
  } catch (error) {
    owner.release()
    throw error
  }
}

type House = Awaited<ReturnType<typeof openHouse>>

/** Starts the server: sockets, HTTP, the admin socket, and the sessions of all accounts. Throws StartError. */
export async function startApp(config: Config, log: Log, world: World = {}): Promise<App> {
  const house = await openHouse(config, log, world, { connects: true })
  const { store, wakeup, clock, blobs, signals, revocations, supervisor, deliverer, actions } = house
  const sign = signer()
  const blobUrls = openBlobUrls({ sign, clock })
  const remoteUrls = openRemoteUrls({ sign, clock })
  const codes = openDoorCodes({ clock })
  try {
    // What answers clients is loaded by who has some: an import by itself does without.
    const { startServer } = await import('./api/server.ts')
    const server = await startServer({
      store, wakeup, blobs, clock, log, render, signals, revocations, blobUrls, codes, page: builtPage, rooms: roomsOf(house, blobUrls, remoteUrls), remote: { urls: remoteUrls, options: world.remote ?? {} }, host: config.host, port: config.port, figures: house.figures,
      publicUrl: config.publicUrl, origins: config.origins, ...(config.trustedProxies.length > 0 ? { trustProxy: [...config.trustedProxies] } : {}),
      ...world.server, limits: { uploadBytes: config.uploadMib * 1024 * 1024, ...world.server?.limits }
    })
    const admin = await openAdminSocket({ folder: config.data, actions, log })
    const { hostname, port } = new URL(server.address)
    house.listensAt(server.address)
    await deliverer.start()
    await supervisor.start()
    // After everything that somebody waits for; who searches sooner starts it.
    const indexing = setTimeout(house.index.start, indexAfterMs).unref()
    house.small.start()
    const jobs = retention({ store, clock, log, derived: house.index.indexed })
    jobs.start()
    const purging = purge({ store, clock, log, wakeup })
    purging.start()
    const digesting = digests({ store, clock, log, wakeup, announce, ...world.jobs })
    digesting.start()
    const thinning = streamRetention({ store, clock, log, wakeup, ...world.jobs?.everyMs === undefined ? {} : { everyMs: world.jobs.everyMs } })
    thinning.start()
    const collecting = collector({ folder: config.data, store, blobs, clock, log, turn: house.turn })
    collecting.start()
    house.proving.start()
    log.info({ url: server.address, data: config.data }, 'kinbox is up')
    let stopped: Promise<void> | undefined
    const stop = () => stopped ??= (async () => {
      clearTimeout(indexing)
      const late = setTimeout(() => log.warn({}, 'stopping takes longer than it should'), stopMs).unref()
      // Side by side, since each may take its time; whatever goes wrong with one, the database is closed and the folder given back.
      await Promise.allSettled([server.close(), admin.close(), jobs.stop(), purging.stop(), digesting.stop(), thinning.stop(), collecting.stop(), house.proving.stop(), deliverer.stop()])
      await house.close()
      clearTimeout(late)
      log.info({}, 'kinbox has stopped')
    })()
    const doorCode = (user?: string) => store.read((tx) => {
      if (user === undefined) return listUsers(tx).length === 0 ? codes.issue({ firstUser: true }) : null
      const found = userByName(tx, user)
      return found ? codes.issue({ userId: found.id }) : null
    })
    house.stopping.signal.addEventListener('abort', () => process.kill(process.pid, 'SIGTERM'), { once: true })
    return { address: { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }, url: server.address, admin: actions, doorCode, stop }
  } catch (error) {
    await house.close()
    throw error
  }
}

/** The verbs of `kinbox` without a server, for a process that owns the folder meanwhile. Throws StartError where another one does. */
export async function openAdmin(config: Config, log: Log, { parses = null, ...world }: World & { parses?: string | null } = {}): Promise<{ actions: AdminActions, close(): Promise<void> }> {
  const house = await openHouse(config, log, world, { connects: false, parses })
  return { actions: house.actions, close: house.close }
}

/** Links to blobs live for minutes: their key lives as long as the process. */
function signer(): (text: string) => string {
  const key = randomBytes(32)
  return (text) => createHmac('sha256', key).update(text).digest('base64url')
}

function roomsOf({ store, seal, blobs, wakeup, clock, connector, accounts, canonical, supervisor, deliverer, presence, ownPresence, audienceChanged, typing, marks, compose, maker, index, searcher, unsubscribing, cardsIn }: House, urls: { sign: Rooms['blobUrl'] }, remote: Pick<RemoteUrls, 'sign'>): Rooms {
  const outbox = { store, wakeup, clock, wake: (accountId: number) => deliverer.wake(accountId) }
  const accept = acceptor({ ...outbox, seal, connector, presence: presence.of })
  return {
    snapshot,
    accept,
    accounts,
    canonical,
    readCards: cardsIn.read,
    writeCard: cardsIn.write,
    cancel: (userId, messageId) => cancel(outbox, userId, messageId),
    retry: (userId, messageId) => retry(outbox, userId, messageId),
    resolve: (userId, attemptId, outcome) => resolve(outbox, userId, attemptId, outcome),
    compose,
    presence,
    ownPresence,
    audienceChanged,
    typing: typing.set,
    async search(request, signal) {
      await index.opened()
      // Before the search: what is indexed meanwhile may be in the answer, but need not.
      const at = { asOf: index.indexed(request.userId), rebuilding: index.rebuilding(request.userId) }
      return { ...await searcher.search(request, signal), ...at }
    },
    marks,
    unsubscribe: (url) => oneClick(url, unsubscribing),
    webhook: (hook, request) => supervisor.webhook(hook, request),
    blobUrl: urls.sign,
    blobType: (userId, blobId) => store.read((tx) => findBlob(tx, userId, blobId)?.contentType ?? null),
    async upload(userId, { name, contentType, content }) {
      const digest = await blobs.put(content)
      await blobs.sync()
      return store.hot((tx) => insertAttachment(tx, userId, { messageId: null, digest, name, contentType, size: content.length, inline: false, contentId: null }, clock.now()))
    },
    download: (userId, blobId) => download({ store, blobs, maker, blobUrl: urls.sign, remoteUrl: remote.sign }, userId, blobId)
  }
}
