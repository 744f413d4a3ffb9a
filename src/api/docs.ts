import { readFileSync, writeFileSync } from 'node:fs'
import { asyncApi } from './asyncapi.ts'
import { closes, errors, everywhere } from './errors.ts'
import { events, signals } from './events.ts'
import type { Method } from './method.ts'
import { declaration, notation } from './notation.ts'
import * as objects from './objects.ts'
import { openRpc } from './openrpc.ts'
import { methods } from './registry.ts'
import { sdkTypes } from './sdk-types.ts'
import { strict } from './strict.ts'

const shown = ['Conversation', 'MessagePreview', 'Topic', 'Message', 'Party', 'Because', 'Attempt', 'Attachment', 'Card', 'Contact', 'Account', 'Gap', 'Identity', 'Settings', 'Counts', 'Rule', 'Waiting', 'Screening', 'Login'] as const
const plain = ['Time', 'Id', 'ClientId', 'Cursor', 'AddressRef', 'RuleWish'] as const

const names = new Map([...plain, ...shown].map(name => [JSON.stringify(strict(objects[name])), name]))

const parts: Record<string, (all: readonly Method[]) => string> = {
  methods: all => all.map(section).join('\n\n'),
  objects: () => shown.map(name => {
    const others = new Map([...names].filter(([, one]) => one !== name))
    return '```ts\n' + `${name} ${declaration(strict(objects[name]), others)}` + '\n```'
  }).join('\n\n'),
  errors: () => table(['kind', 'code', 'try again', 'what happened, what to do'], Object.entries(errors).map(([kind, { code, retryable, doc }]) => [`\`${kind}\``, String(code), retryable ? 'yes' : 'no', doc])),
  closes: () => table(['code', 'connect again', 'resume', 'why, and what to do'], Object.values(closes).map(({ code, retry, resume, doc }) => [String(code), retry ? 'yes' : 'not before it is mended', resume ? 'yes' : 'no', doc])),
  events: () => table(['type', '`data`', 'when'], Object.entries(events).map(([type, { doc, data }]) => [`\`${type}\``, data ?? '–', doc])),
  signals: () => table(['type', 'what'], Object.entries(signals).map(([type, doc]) => [`\`${type}\``, doc]))
}

/** The page with what lies between `<!-- generated: NAME -->` and `<!-- end -->` made anew. Throws for a name that is none. */
export function protocolPage(page: string, all: readonly Method[]): string {
  return page.replace(/(<!-- generated: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g, (_match, start: string, name: string, end: string) => {
    const part = parts[name]
    if (!part) throw new Error(`docs/protocol.md asks for a generated part "${name}", which there is not`)
    return `${start}\n${part(all)}\n\n${end}`
  })
}

/** What is generated from the API, by path from the top of the project. `page` is docs/protocol.md as it is. */
export function generated(page: string): Map<string, string> {
  return new Map([
    ['docs/protocol.md', protocolPage(page, methods)],
    ['docs/openrpc.json', JSON.stringify(openRpc(methods), null, 1) + '\n'],
    ['docs/asyncapi.json', JSON.stringify(asyncApi(), null, 1) + '\n'],
    ['sdk/types.ts', sdkTypes(methods, new Map([...plain, ...shown].map(name => [name, strict(objects[name])])), names)]
  ])
}

function section({ name, summary, params, result, errors: kinds, example }: Method): string {
  const own = kinds.filter(kind => !everywhere.includes(kind))
  return [
    `### ${name}`,
    summary,
    '```ts\n' + `params ${declaration(params, names)}\nresult ${notation(result, names).length < 100 ? notation(result, names) : declaration(result, names)}` + '\n```',
    ...(own.length ? ['Errors: ' + own.map(kind => `\`${kind}\``).join(', ')] : []),
    '```text\n' + `→ ${JSON.stringify({ jsonrpc: '2.0', id: 1, method: name, params: example.params })}\n← ${JSON.stringify({ jsonrpc: '2.0', id: 1, result: example.result })}` + '\n```'
  ].join('\n\n')
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

if (import.meta.main) {
  const top = new URL('../../', import.meta.url)
  const page = readFileSync(new URL('docs/protocol.md', top), 'utf8')
  for (const [path, text] of generated(page)) writeFileSync(new URL(path, top), text)
}
