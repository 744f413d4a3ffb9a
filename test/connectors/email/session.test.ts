import t from 'tap'
import { openSession } from '../../../connectors/email/session.ts'
import { usualLimits } from '../../../connectors/email/fetch.ts'
import type { Limits } from '../../../connectors/email/fetch.ts'
import type { EmailSettings } from '../../../connectors/email/settings.ts'
import { placeId } from '../../../connectors/email/place.ts'
import type { Session } from '../../../src/connector.ts'
import { dovecotMissing, startDovecot } from '../../servers/dovecot.ts'
import type { Dovecot } from '../../servers/dovecot.ts'
import { caughtUp, emptyStore, inMailbox, mail, mails, recordingAccount, settingsFor, subjects, testTiming, told, until } from './recording-account.ts'
import type { Stored } from './recording-account.ts'

/** Servers as they differ: expunges told by the server, found by comparing, and flags compared too. */
const kinds = {
  'QRESYNC': undefined,
  'CONDSTORE only': 'IMAP4rev1 LITERAL+ IDLE ENABLE CONDSTORE UIDPLUS ESEARCH SPECIAL-USE NAMESPACE',
  'plain IMAP4rev1': 'IMAP4rev1 IDLE'
}

if (dovecotMissing) t.test(`reading a real mailbox`, { skip: dovecotMissing }, () => {})
else {
  const dovecot = await startDovecot()
  t.teardown(() => dovecot.close())

  type Open = { session: Session, stored: Stored }
  const open = async (t: { teardown(done: () => Promise<void>): unknown }, server: Dovecot, user: string, { stored = emptyStore(), more = {}, timing = {}, limits = {} }: {
    stored?: Stored, more?: Partial<EmailSettings>, timing?: Partial<typeof testTiming>, limits?: Partial<Limits>
  } = {}): Promise<Open> => {
    const session = await openSession(recordingAccount(settingsFor(server, user, more), stored), { ...testTiming, ...timing }, { ...usualLimits, ...limits })
    t.teardown(() => session.close())
    return { session, stored }
  }

  t.test('a new mail arrives by IDLE at once, once, with its bytes, its place and the server\'s time', async (t) => {
    const { stored } = await open(t, dovecot, 'idle')
    await until(() => caughtUp(stored, 'live') && caughtUp(stored, 'history'), 'both lanes caught up')
    const before = Date.now()
    await dovecot.deliver('idle', mail('by idle'))
    const after = Date.now()
    await until(() => mails(stored).length > 0, 'the mail')
    const [got] = mails(stored)
    t.match(got, { subject: 'by idle', folder: 'INBOX', role: 'inbox', lane: 'live', seen: false, flagged: false })
    // It tells whole seconds.
    t.equal(got!.at > before - 1000 && got!.at <= after, true, 'INTERNALDATE, not the Date header')
    t.match(got!.remoteId, /^INBOX\/\d+\/1$/)
    const first = stored.batches.find(({ at }) => at.lane === 'live')!
    t.match(first, { batch: [], at: { caughtUp: true } }, 'what was there before is not new')
    await dovecot.deliver('idle', mail('by idle again'))
    await until(() => mails(stored).length > 1, 'the second mail')
    t.same(subjects(stored), ['by idle', 'by idle again'])
    t.same(told(stored, 'flags'), [], 'the flags came with the mail')
  })

  t.test('the backfill hands over old mail newest first, in batches, with progress, and resumes in the middle', async (t) => {
    for (let number = 1; number <= 7; number++) await dovecot.deliver('old', mail(`old ${number}`))
    await inMailbox(dovecot, 'old', async (client) => {
      await client.mailboxOpen('INBOX')
      await client.messageFlagsAdd('1:3', ['\\Seen'], { uid: true })
    })
    const stored = emptyStore()
    let histories = 0
    let stall: () => void = () => {}
    const stalled = new Promise<void>((resolve) => { stall = resolve })
    stored.before = async (_batch, at) => {
      if (at.lane !== 'history' || ++histories < 3) return
      stall()
      throw new Error('no space left')
    }
    const { session } = await open(t, dovecot, 'old', { stored, limits: { messages: 2 }, timing: { historyRetry: 60_000 } })
    await stalled
    await session.close()
    t.same(subjects(stored), ['old 7', 'old 6', 'old 5', 'old 4'])
    t.same(stored.batches.filter(({ at }) => at.lane === 'history').map(({ at }) => at.progress), [{ done: 2, total: 7 }, { done: 4, total: 7 }])

    stored.before = null
    await dovecot.deliver('old', mail('new meanwhile'))
    await open(t, dovecot, 'old', { stored, limits: { messages: 2 } })
    await until(() => caughtUp(stored, 'history'), 'the backfill to end')
    t.same(subjects(stored, 'history'), ['old 7', 'old 6', 'old 5', 'old 4', 'old 3', 'old 2', 'old 1'])
    t.same(subjects(stored, 'live'), ['new meanwhile'])
    t.same(mails(stored, 'history').map((each) => each.seen), [false, false, false, false, true, true, true])
    t.same(stored.batches.at(-1)?.at.progress ?? stored.batches.findLast(({ at }) => at.lane === 'history')?.at.progress, { done: 7, total: 7 })

    const count = stored.batches.length
    const third = await open(t, dovecot, 'old', { stored })
    await until(() => stored.batches.length > count, 'the live lane')
    await third.session.close()
    t.equal(stored.batches.slice(count).some(({ at }) => at.lane === 'history'), false, 'nothing is done twice')
  })

  t.test('a limit keeps the backfill to the newest', async (t) => {
    for (let number = 1; number <= 4; number++) await dovecot.deliver('few', mail(`few ${number}`))
    const { stored } = await open(t, dovecot, 'few', { more: { backfill: 3 } })
    await until(() => caughtUp(stored, 'history'), 'the backfill to end')
    t.same(subjects(stored), ['few 4', 'few 3', 'few 2'])
  })

  t.test('one batch never holds more bytes than allowed, and nothing is left out', async (t) => {
    const { stored } = await open(t, dovecot, 'bytes', { limits: { bytes: 3000 } })
    await until(() => caughtUp(stored, 'live') && caughtUp(stored, 'history'), 'both lanes')
    await inMailbox(dovecot, 'bytes', async (client) => {
      for (let number = 1; number <= 5; number++) await client.append('INBOX', Buffer.from(mail(`big ${number}`, `X-Filler: ${'x'.repeat(900)}\n`).replaceAll('\n', '\r\n')))
    })
    await until(() => mails(stored).length >= 5, 'five mails')
    t.same(subjects(stored), ['big 1', 'big 2', 'big 3', 'big 4', 'big 5'])
    const sizes = stored.batches.map(({ batch }) => batch.reduce((sum, arrival) => sum + ('raw' in arrival ? arrival.raw.length : 0), 0))
    t.equal(Math.max(...sizes) <= 3000, true, `sizes ${sizes}`)
  })

  t.test('a mail that is too large is shown as such, and the next one comes', async (t) => {
    const { stored } = await open(t, dovecot, 'huge', { limits: { largest: 2000 } })
    await until(() => caughtUp(stored, 'live'), 'the live lane')
    await dovecot.deliver('huge', mail('huge', `X-Filler: ${'x '.repeat(1500)}\n`))
    await dovecot.deliver('huge', mail('small'))
    await until(() => mails(stored).length > 0, 'the small one')
    t.same(subjects(stored), ['small'])
    t.match(told(stored, 'message'), [{ subject: 'huge', sender: { address: 'alice@friend.example', name: 'Alice' }, recipients: [{ address: 'ada@example.org', role: 'to' }], direction: 'in', messageId: 'huge@friend.example', unreadable: /too large/ }])
  })

  t.test('Sent by its special use and folders the user names, each with its role', async (t) => {
    await inMailbox(dovecot, 'folders', async (client) => {
      await client.mailboxCreate('Vereine/Klettern & Wandern')
      await client.append('Vereine/Klettern & Wandern', mail('club'))
      await client.append('Sent', mail('sent before'), ['\\Seen'])
    })
    const { stored } = await open(t, dovecot, 'folders', { more: { folders: ['vereine/Klettern & Wandern', 'No Such'] }, timing: { poll: 100 } })
    await until(() => caughtUp(stored, 'history'), 'the backfill')
    await inMailbox(dovecot, 'folders', async (client) => {
      await client.append('Vereine/Klettern & Wandern', mail('club two'))
      await client.append('Sent', mail('sent after'), ['\\Seen'])
    })
    await until(() => mails(stored).length >= 4, 'four mails')
    t.same(mails(stored).map(({ subject, folder, role, lane, seen }) => [subject, folder, role, lane, seen]).sort(), [
      ['club two', 'Vereine/Klettern & Wandern', 'other', 'live', false],
      ['club', 'Vereine/Klettern & Wandern', 'other', 'history', false],
      ['sent after', 'Sent', 'sent', 'live', true],
      ['sent before', 'Sent', 'sent', 'history', true]
    ])
    t.match(stored.lines.join('\n'), /no folder of this name.*No Such/)
  })

  t.test('Sent by name where the server marks none', async (t) => {
    const plain = await startDovecot({ special: false })
    t.teardown(() => plain.close())
    await inMailbox(plain, 'named', async (client) => { await client.append('Sent', mail('sent'), ['\\Seen']) })
    const { stored } = await open(t, plain, 'named')
    await until(() => caughtUp(stored, 'history'), 'the backfill')
    t.match(mails(stored), [{ subject: 'sent', role: 'sent' }])
  })

  for (const [kind, capability] of Object.entries(kinds)) {
    t.test(`flags and expunges, on a server with ${kind}`, async (t) => {
      const server = capability === undefined ? dovecot : await startDovecot({ capability })
      if (server !== dovecot) t.teardown(() => server.close())
      for (const subject of ['one', 'two', 'three', 'four']) await server.deliver('marks', mail(subject))
      const { session, stored } = await open(t, server, 'marks', { timing: { poll: 100, flags: 100 } })
      await until(() => caughtUp(stored, 'history'), 'the backfill')
      const folder = JSON.parse(stored.cursors.live!).folders.INBOX
      t.same([folder.modseq !== undefined, folder.uids !== undefined, folder.unseen !== undefined], kind === 'QRESYNC' ? [true, false, false] : kind === 'CONDSTORE only' ? [true, true, false] : [false, true, true], 'keeps what this server does not')
      const place = (subject: string) => mails(stored).find((each) => each.subject === subject)!.remoteId
      await inMailbox(server, 'marks', async (client) => {
        await client.mailboxOpen('INBOX')
        await client.messageFlagsAdd('1', ['\\Seen'], { uid: true })
        await client.messageFlagsAdd('2', ['\\Seen', '\\Flagged'], { uid: true })
        await client.messageDelete('3', { uid: true })
      })
      const state = (subject: string) => told(stored, 'flags').flatMap((flags) => flags.type === 'flags' && flags.remoteId === place(subject) ? [[flags.seen, flags.flagged]] : []).at(-1)
      await until(() => told(stored, 'removal').length > 0 && state('one') !== undefined && state('two') !== undefined, 'flags and removal')
      t.same([state('one'), state('two'), state('four')], [[true, false], [true, true], undefined])
      t.same(told(stored, 'removal'), [{ type: 'removal', remoteId: place('three') }])

      // The same while nobody looks.
      await session.close()
      stored.batches = stored.batches.filter(({ batch }) => batch.some((arrival) => 'raw' in arrival))
      await inMailbox(server, 'marks', async (client) => {
        await client.mailboxOpen('INBOX')
        await client.messageFlagsRemove('1', ['\\Seen'], { uid: true })
        await client.messageDelete('4', { uid: true })
      })
      await server.deliver('marks', mail('five'))
      const again = await open(t, server, 'marks', { stored, timing: { poll: 100, flags: 100 } })
      await until(() => told(stored, 'removal').length > 0 && told(stored, 'flags').length > 0 && subjects(stored, 'live').length > 0, 'what happened meanwhile')
      t.same(told(stored, 'flags').filter((flags) => flags.type === 'flags' && flags.remoteId === place('one')), [{ type: 'flags', remoteId: place('one'), seen: false, flagged: false }])
      t.same(told(stored, 'removal'), [{ type: 'removal', remoteId: place('four') }])
      t.same(subjects(stored, 'live'), ['five'])

      const marked = await again.session.prepare({ type: 'mark', remoteIds: [place('two'), place('five')], seen: true, flagged: false })
      t.same(await again.session.perform(marked), { status: 'sent' })
      await inMailbox(server, 'marks', async (client) => {
        await client.mailboxOpen('INBOX')
        const flags = new Map((await client.fetchAll('1:*', { uid: true, flags: true })).map((each) => [each.uid, [...each.flags ?? []].filter((flag) => flag !== '\\Recent').sort()]))
        t.same(flags, new Map([[1, []], [2, ['\\Seen']], [5, ['\\Seen']]]))
      })
    })
  }

  t.test('a folder made anew (UIDVALIDITY) forgets its places and is read again; old ids mark nothing', async (t) => {
    await inMailbox(dovecot, 'anew', async (client) => {
      await client.mailboxCreate('Club')
      await client.append('Club', mail('first life'), [], new Date('2026-01-01T10:00:00Z'))
    })
    const { session, stored } = await open(t, dovecot, 'anew', { more: { folders: ['Club'] }, timing: { poll: 100 } })
    await until(() => caughtUp(stored, 'history'), 'the backfill')
    const old = mails(stored)[0]!.remoteId
    await inMailbox(dovecot, 'anew', async (client) => {
      await client.mailboxDelete('Club')
      await client.mailboxCreate('Anew')
      await client.append('Anew', mail('first life'), [], new Date('2026-01-01T10:00:00Z'))
      await client.append('Anew', mail('second life'))
      await client.mailboxRename('Anew', 'Club')
    })
    await until(() => mails(stored).length >= 3, 'the folder to be read again')
    t.same(told(stored, 'removal'), [{ type: 'removal', folder: 'Club' }])
    t.same(mails(stored).slice(1).map(({ subject, lane }) => [subject, lane]).sort(), [['first life', 'history'], ['second life', 'live']])
    t.equal(new Set(mails(stored).map((each) => each.remoteId)).size, 3)
    await session.perform(await session.prepare({ type: 'mark', remoteIds: [old], seen: true }))
    const seen = await inMailbox(dovecot, 'anew', async (client) => {
      await client.mailboxOpen('Club')
      return await client.search({ seen: true }, { uid: true })
    })
    t.same(seen, [])
  })

  t.test('a folder that is gone does not keep what lies in others from being marked', async (t) => {
    await dovecot.deliver('gone', mail('here'))
    const { session, stored } = await open(t, dovecot, 'gone')
    await until(() => mails(stored).length > 0, 'the mail')
    const marks = await session.prepare({ type: 'mark', remoteIds: [placeId('Renamed', '1', 1), mails(stored)[0]!.remoteId], seen: true })
    await t.rejects(session.perform(marks), { code: 'not-marked', retry: 'never' })
    t.same(await inMailbox(dovecot, 'gone', async (client) => {
      await client.mailboxOpen('INBOX')
      return await client.search({ seen: true }, { uid: true })
    }), [1])
  })

  t.test('what the core could not store ends the session and comes again, in the middle of a catch-up too', async (t) => {
    const stored = emptyStore()
    const first = await open(t, dovecot, 'full', { stored })
    await until(() => caughtUp(stored, 'live'), 'the live lane')
    await first.session.close()
    for (let number = 1; number <= 5; number++) await dovecot.deliver('full', mail(`kept ${number}`))
    let batches = 0
    stored.before = async (batch) => {
      if (batch.length > 0 && ++batches > 1) throw new Error('disk full')
    }
    const { session } = await open(t, dovecot, 'full', { stored, limits: { messages: 2 } })
    await t.rejects(session.closed, { name: 'ConnectorError', retry: 'later', code: 'not-stored' })
    t.same(subjects(stored), ['kept 1', 'kept 2'])
    stored.before = null
    await open(t, dovecot, 'full', { stored, limits: { messages: 2 } })
    await until(() => mails(stored).length >= 5, 'the mails')
    t.same(subjects(stored), ['kept 1', 'kept 2', 'kept 3', 'kept 4', 'kept 5'])
  })
}
