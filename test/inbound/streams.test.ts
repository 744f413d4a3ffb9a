import t from 'tap'
import { streamOf } from '../../src/model/stream.ts'
import { isPublic, oneClick, unsubscribing } from '../../src/outbound/unsubscribe.ts'

const posts = { oneClick: false, posts: true, url: 'https://l.example/u' }
const letter = { ...posts, posts: false }

t.test('which stream', async (t) => {
  for (const [message, stream] of [
    [{}, null], [{ automatic: 'invitation' }, null], [{ automatic: 'bounce' }, 'notifications'], [{ automatic: 'auto-reply' }, 'notifications'], [{ automatic: 'notification' }, 'notifications'],
    [{ list: { id: 'x' }, automatic: 'list', unsubscribe: posts }, 'lists'], [{ list: { id: 'x' }, automatic: 'list' }, 'lists'], [{ list: { id: 'x' }, automatic: 'list', unsubscribe: letter }, 'newsletters'], [{ automatic: 'bulk' }, 'newsletters'],
    [{ automatic: 'notification', subject: 'Ihre Rechnung vom Mai' }, 'receipts'], [{ automatic: 'notification', subject: '您的订单' }, 'receipts'], [{ automatic: 'bulk', unsubscribe: letter, subject: 'Invoice your friends!' }, 'newsletters'],
    [{ automatic: 'bulk', unsubscribe: letter, html: '<script>{"@type": "Order"}</script>' }, 'receipts'], [{ subject: 'The invoice you asked for' }, null], [{ unreadable: 'damaged' }, 'notifications']
  ] as const) t.equal(streamOf(message), stream, JSON.stringify(message))
})

t.test('one click: one POST to the very address that was looked at, and never into a private network', async (t) => {
  const calls: [string, string, string[]][] = []
  const hosts: Record<string, string[]> = { 'good.example': ['93.184.216.34'], 'inside.example': ['10.0.0.7'], 'both.example': ['93.184.216.34', '127.0.0.1'], 'mapped.example': ['::ffff:192.168.1.1'], 'none.example': [] }
  let status = 202
  const how = {
    resolve: async (host: string) => hosts[host] ?? Promise.reject(new Error('ENOTFOUND')),
    post: async (url: URL, body: string, addresses: string[]) => {
      calls.push([url.href, body, addresses])
      return status
    }
  }
  await oneClick('https://good.example/u?id=1', how)
  t.same(calls, [['https://good.example/u?id=1', 'List-Unsubscribe=One-Click', ['93.184.216.34']]])
  for (const wrong of [
    'http://good.example/u', 'https://good.example:8443/u', 'https://me:secret@good.example/u', 'https://127.0.0.1/u', 'https://[::1]/u', 'https://0x7f000001/u', 'https://2130706433/', 'https://inside.example/', 'https://both.example/', 'https://mapped.example/',
    'https://none.example/', 'https://unknown.example/', 'ftp://good.example/', 'nonsense'
  ]) t.equal((await oneClick(wrong, how).catch((error: { kind: string }) => error))?.kind, 'conflict', wrong)
  t.equal(calls.length, 1, 'none of them was called')
  for (status of [301, 404, 500]) t.match(await oneClick('https://good.example/u', how).catch((error: Error) => error.message), `(${status})`)
  await t.rejects(oneClick('https://good.example/u', { ...how, post: () => Promise.reject(new Error('reset')) }), { message: /did not answer/ })
  for (const [address, open] of [['93.184.216.34', true], ['2606:2800:220:1::1', true], ['10.1.1.1', false], ['127.0.0.1', false], ['169.254.169.254', false], ['100.64.0.1', false], ['0.0.0.0', false], ['224.0.0.1', false], ['fe80::1', false], ['fc00::1', false], ['::', false], ['64:ff9b::a00:1', false], ['::7f00:1', false], ['4000::1', false], ['x', false]] as const) t.equal(isPublic(address), open, address)
})

t.test('how a message can be unsubscribed from', async (t) => {
  const url = 'https://l.example/u'
  const mail = { address: 'leave@l.example' }
  for (const [unsubscribe, how] of [[null, null], [{ url, oneClick: true, posts: false }, { how: 'one-click' }], [{ url, mail, oneClick: false, posts: false }, { how: 'mail' }], [{ url, oneClick: false, posts: false }, { how: 'page', url }]] as const) t.same(unsubscribing({}, { unsubscribe }), how)
})
