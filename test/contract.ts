/** What every connector has to fulfil, whatever its network: `contract` runs it for one of them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import type { Test } from 'tap'
import { ConnectorError, type Connector, type Context, type Incoming, type Operation, type Session } from '#connector'
import { ownTime, testAccount, until, type serveWebhooks, type TestAccount } from './connectors/account.ts'

/** A network with one mailbox (or number, or …) of ours on it. */
export type World = {
  settings: unknown
  clock: { now(): number }
  /** Where the network can call us; null: it cannot. */
  hooks: Awaited<ReturnType<typeof serveWebhooks>> | null
  /** Somebody writes to us a text with `word` in it. null: the network talks by itself, as it likes. */
  write: ((word: string) => Promise<void>) | null
  /** Something to send that the network takes, and something that it refuses whatever the time. */
  good(attempt: string): Operation
  bad: ((attempt: string) => Operation) | null
  /** From now on nobody is at home at the network. null: it cannot go down. */
  down: (() => Promise<void>) | null
  /** Texts that must never be seen in a log line or an error. */
  secrets: string[]
  close(): Promise<void>
}

export type Driver = {
  kind: string
  /** A folder of raw messages, each with its `.expected.json`; null: none. */
  fixtures: string | null
  /** What parsing the fixtures may know. */
  context: Context
  /** Addresses as people write them, and their one form (null: none). */
  addresses: [kind: string, text: string, canonical: string | null][]
  /** Settings that the schema must refuse. */
  wrongSettings: unknown[]
  world(): Promise<World>
}

const hostile = ['', ' ', '\u0000', 'x'.repeat(100_000), 'Alice', '<script>', '\u202ealice', 'a@b@c', '+', '__proto__']

/** Runs the contract for a connector as tests of `t`. */
export async function contract(t: Test, connector: Connector, driver: Driver): Promise<void> {
  await t.test('describes itself', async t => {
    for (const text of [connector.channel, connector.title, ...connector.reaches]) t.equal(text.length > 0, true)
    t.equal(connector.reaches.length > 0, true)
    const ajv = new Ajv({ strict: false, allErrors: true })
    formats.default(ajv)
    const valid = ajv.compile(connector.settings)
    for (const settings of driver.wrongSettings) t.equal(valid(settings), false, 'refused: ' + JSON.stringify(settings).slice(0, 80))
    for (const path of secretless(connector.settings)) t.equal(path, '', 'is marked secret')
    for (const [name, value] of Object.entries(connector.can)) t.equal(['boolean', 'number', 'string'].includes(typeof value) || value === null, true, `can.${name} is data`)
  })

  await t.test('addresses have one form', async t => {
    for (const [kind, text, wanted] of driver.addresses) {
      const once = connector.canonical(kind, text, { region: driver.context.region })
      t.equal(once, wanted, `${kind} ${text}`)
      if (once !== null) t.equal(connector.canonical(kind, once, { region: null }), once, 'and that one is its own, wherever one lives')
    }
    for (const kind of [...connector.reaches, 'no-such-kind']) for (const text of hostile) t.equal(connector.canonical(kind, text, { region: null }), null, `${kind} ${JSON.stringify(text.slice(0, 20))}`)
  })

  if (driver.fixtures) {
    const folder = driver.fixtures
    await t.test('what was recorded is understood as written down', async t => {
      for (const file of readdirSync(folder).filter(name => !name.endsWith('.expected.json'))) {
        const bytes = new Uint8Array(readFileSync(join(folder, file)))
        const before = Buffer.from(bytes)
        const understood = structuredClone(await connector.parse(bytes, structuredClone(driver.context)))
        const expected = JSON.parse(readFileSync(join(folder, file.replace(/\.[^.]+$/, '.expected.json')), 'utf8')) as unknown
        t.same(written(understood), Array.isArray(expected) ? expected : [expected], file)
        t.same(written(await connector.parse(bytes, structuredClone(driver.context))), written(understood), file + ', again')
        t.equal(before.equals(bytes), true, 'the bytes are left alone')
        for (const cut of [0, 1, Math.floor(bytes.length / 2)]) await connector.parse(bytes.slice(0, cut), driver.context).catch(() => [])
      }
    })
  }

  const world = await driver.world()
  const accounts: TestAccount<unknown>[] = []
  const errors: string[] = []
  const sessions: Session[] = []
  const account = (cursors?: TestAccount<unknown>['cursors']): TestAccount<unknown> => {
    const made = testAccount(connector, world.settings, world.clock, { webhookUrl: world.hooks?.url ?? null, ...(cursors ? { cursors } : {}) })
    accounts.push(made)
    return made
  }
  const open = async (account: TestAccount<unknown>): Promise<Session> => {
    const session = await connector.open(account)
    session.closed.catch((error: unknown) => { errors.push(inFull(error)) })
    if (world.hooks) world.hooks.session = session
    sessions.push(session)
    return session
  }
  const said = (account: TestAccount<unknown>, word: string): boolean => account.understood.some(({ incoming }) => incoming.type === 'message' && (incoming.text.includes(word) || incoming.subject?.includes(word) === true))
  const caughtUp = (account: TestAccount<unknown>): boolean => (['live', 'history'] as const).every(lane => account.batches.some(({ at }) => at.lane === lane && at.caughtUp))
  const live = (account: TestAccount<unknown>): boolean => account.understood.some(({ lane, incoming }) => lane === 'live' && incoming.type === 'message')

  try {
    let first = account()
    await t.test('what is there and what comes is handed over, once', async t => {
      for (const word of ['wombat', 'walrus']) await world.write?.(word)
      const session = await open(first)
      await until('both lanes to catch up', () => caughtUp(first))
      await world.write?.('weasel')
      await until('what comes', () => world.write ? ['wombat', 'walrus', 'weasel'].every(word => said(first, word)) : live(first))
      t.same(first.doubles, [])
      t.equal(first.raws.size > 0, true)
      for (const { address, kind } of connector.own(world.settings)) t.equal(connector.canonical(kind, address, { region: null }), address, 'own addresses are canonical')
      t.equal([...first.raws.keys()].every(id => typeof id === 'string' && id.length > 0 && id.length < 500), true)
      await session.close()
    })

    await t.test('a message has the same remote id whenever it comes', async t => {
      const fresh = account()
      const session = await open(fresh)
      await until('everything again', () => [...first.raws.keys()].every(id => fresh.raws.has(id)))
      for (const [id, bytes] of first.raws) {
        const texts = await Promise.all([bytes, fresh.raws.get(id)!].map(async one => (await connector.parse(one, driver.context)).flatMap(one => one.type === 'message' ? [one.text] : [])))
        t.same(texts[0], texts[1], id)
      }
      await session.close()
    })

    await t.test('cursors resume where it stopped', async t => {
      await world.write?.('wolverine')
      const resumed = account(structuredClone(first.cursors))
      const session = await open(resumed)
      await until('what came meanwhile', () => world.write ? said(resumed, 'wolverine') : live(resumed))
      t.same([...resumed.raws.keys()].filter(id => first.raws.has(id)), [], 'nothing is handed over again')
      t.equal(resumed.understood.some(({ lane, incoming }) => lane === 'history' && incoming.type === 'message'), false, 'history is not begun again')
      await session.close()
      first = resumed
    })

    if (world.write) {
      const write = world.write
      await t.test('what could not be stored comes again', async t => {
        const full = account(structuredClone(first.cursors))
        let session = await open(full)
        await until('to be connected', () => full.batches.length > 0)
        full.refuse = true
        await write('warthog')
        await until('a refusal', () => full.refused > 0)
        full.refuse = false
        let ended = false
        session.closed.then(() => { ended = true }, () => { ended = true })
        const reopened: TestAccount<unknown>[] = [full]
        await until('it to come again', () => {
          if (ended) {
            ended = false
            const again = account(structuredClone(full.cursors))
            reopened.push(again)
            void open(again).then(opened => { session = opened })
          }
          return reopened.some(one => said(one, 'warthog'))
        })
        t.equal(reopened.some(one => said(one, 'warthog')), true)
        await session.close()
      })
    }

    await t.test('sends, from frozen bytes', async t => {
      const one = account(structuredClone(first.cursors))
      const session = await open(one)
      const op = world.good('019cae00-0000-7000-8000-00000000000a.c0ffee')
      const prepared = await session.prepare(op)
      const thawed = JSON.parse(JSON.stringify(prepared)) as typeof prepared
      t.same(thawed, prepared, 'what was prepared survives being stored')
      t.equal(prepared.attempt, op.type === 'send' ? op.attempt : '')
      const receipt = await session.perform(thawed)
      t.match(receipt.status, /^(sent|delivered)$/)
      t.equal(receipt.remoteId === undefined || receipt.remoteId.length > 0, true)
      if (world.bad) {
        const error: unknown = await session.prepare(world.bad('019cae00-0000-7000-8000-00000000000b.c0ffee')).then(bad => session.perform(bad)).then(() => null, (error: unknown) => error)
        refusal(t, error, errors, 'never', true)
      }
      await session.close()
    })

    await t.test('ends within a second', async t => {
      for (const how of ['close', 'stopping'] as const) {
        const one = account(structuredClone(first.cursors))
        const session = await open(one)
        const took = await ownTime(async () => {
          if (how === 'close') await session.close()
          else one.stop()
          await session.closed
        })
        t.ok(took < 1000, `${how}: ${took} ms`)
        await session.close()
        const batches = one.batches.length
        await world.write?.('wasp after ' + how)
        t.equal(one.batches.length, batches, 'and hands over nothing more')
      }
    })

    if (world.down) {
      const down = world.down
      await t.test('says what to do when nobody is at home', async t => {
        const session = await open(account(structuredClone(first.cursors)))
        const prepared = await session.prepare(world.good('019cae00-0000-7000-8000-00000000000c.c0ffee'))
        await down()
        refusal(t, await session.perform(prepared).then(() => null, (error: unknown) => error), errors, 'later', undefined)
        refusal(t, await connector.open(account()).then(() => null, (error: unknown) => error), errors, 'later', undefined)
        await session.close()
      })
    }

    await t.test('keeps its secrets', async t => {
      const seen = [...accounts.flatMap(one => one.logged), ...errors, ...accounts.flatMap(one => [...one.raws.values()].map(bytes => Buffer.from(bytes).toString('latin1')))]
      for (const secret of world.secrets) t.same(seen.filter(line => line.includes(secret) || line.includes(Buffer.from(secret).toString('base64'))), [], `in ${seen.length} lines`)
    })
  } finally {
    await Promise.all(sessions.map(session => session.close()))
    await world.hooks?.close()
    await world.close()
  }
}

/** A ConnectorError with words, and what to do next. */
function refusal(t: Test, error: unknown, errors: string[], retry: ConnectorError['retry'], certain: boolean | undefined): void {
  errors.push(inFull(error))
  t.equal(error instanceof ConnectorError, true, String(error))
  t.match(error, { retry, message: /^.{15}/, ...(certain === undefined ? {} : { certain }) })
}

/** An error with everything that a log line could show of it. */
function inFull(error: unknown): string {
  const seen = new Set<unknown>()
  return JSON.stringify(error, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return '…'
    seen.add(value)
    return value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value
  }) ?? ''
}

/** Properties of a settings schema that sound secret and are not marked. */
function secretless(schema: unknown, path = ''): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries((schema as { properties?: Record<string, { secret?: boolean }> }).properties ?? {}).flatMap(([name, one]) => [
    ...(/password|token|secret|api_?key/i.test(name) && one.secret !== true ? [`${path}/${name}`] : []),
    ...secretless(one, `${path}/${name}`)
  ])
}

/** As it stands in an expected file: contents as text, a character for each byte. */
function written(incoming: Incoming[]): unknown {
  return JSON.parse(JSON.stringify(incoming.map(one => one.type !== 'message' ? one : { ...one, attachments: one.attachments.map(file => ({ ...file, content: Buffer.from(file.content).toString('latin1') })) })))
}
