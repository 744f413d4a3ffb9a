import t from 'tap'
import { KinboxError } from '#client'
import { openOverlays } from '../../sdk/overlay.ts'
import { byId } from '../../sdk/sorted.ts'
import { openWindow } from '../../sdk/window.ts'
import type { Page } from '../../sdk/window.ts'
import { reaches } from './desk.ts'

type Thing = { id: string, rev: number, there?: boolean }

/** A window whose pages come when the test says. */
function slow(size = 2) {
  const asked: { cursor: string | null, answer(page: Page<Thing>): void, fail(error: KinboxError): void }[] = []
  const ask = (cursor: string | null) => new Promise<Page<Thing>>((answer, fail) => asked.push({ cursor, answer, fail }))
  const window = openWindow<Thing>({ first: () => ask(null), next: cursor => ask(cursor), order: byId, belongs: ({ there }) => there !== false }, openOverlays(), size, () => {})
  const shown = () => window.value.items.map(({ id, rev }) => `${id} ${rev}`)
  return { window, asked, shown }
}

t.test('what events say while a page is on its way is not lost, and what is in the page already is not taken for news', async t => {
  const { window, asked, shown } = slow()
  window.take('a1', { id: 'a1', rev: 3 }, 11)
  window.take('a2', null, 12)
  window.take('a3', { id: 'a3', rev: 1 }, 13)
  window.take('a4', { id: 'a4', rev: 1, there: true }, 9)
  asked[0]!.answer({ items: [{ id: 'a1', rev: 2 }, { id: 'a2', rev: 1 }], asOf: 10, after: null })
  await reaches(window, ({ state }) => state === 'ready')
  t.same(shown(), ['a1 3', 'a3 1'])
})

t.test('a page that comes late is as of its own moment', async t => {
  const { window, asked, shown } = slow()
  asked[0]!.answer({ items: [{ id: 'a1', rev: 1 }, { id: 'a2', rev: 1 }], asOf: 10, after: 'a2' })
  await reaches(window, ({ state }) => state === 'ready')
  window.take('a4', { id: 'a4', rev: 2 }, 11)
  t.same(shown(), ['a1 1', 'a2 1'], 'beyond its edge')
  const more = window.loadMore()
  window.take('a3', { id: 'a3', rev: 2 }, 12)
  window.take('a4', { id: 'a4', rev: 3, there: false }, 13)
  asked[1]!.answer({ items: [{ id: 'a3', rev: 1 }, { id: 'a4', rev: 2 }], asOf: 11, after: null })
  await more
  t.same(shown(), ['a1 1', 'a2 1', 'a3 2'])
})

t.test('a reset during a fetch asks again; a failure is said, and tried again', async t => {
  const { window, asked, shown } = slow()
  void window.refresh()
  asked[0]!.answer({ items: [{ id: 'a1', rev: 9 }], asOf: 10, after: null })
  await new Promise(resolve => setImmediate(resolve))
  t.equal(window.value.state, 'loading')
  asked[1]!.answer({ items: [{ id: 'a1', rev: 1 }], asOf: 3, after: null })
  await reaches(window, ({ state }) => state === 'ready')
  t.same(shown(), ['a1 1'], 'an older rev: it is another log')
  const refreshing = window.refresh()
  asked[2]!.fail(new KinboxError('no', { kind: 'internal' }))
  await refreshing
  t.same([window.value.state, window.value.error?.kind, shown()], ['error', 'internal', ['a1 1']])
  const again = window.loadMore()
  asked[3]!.answer({ items: [{ id: 'a2', rev: 1 }], asOf: 4, after: null })
  await again
  t.same([window.value.state, shown()], ['ready', ['a2 1']])
  window.close()
  window.take('a3', { id: 'a3', rev: 1 }, 5)
  t.same(shown(), ['a2 1'])
})
