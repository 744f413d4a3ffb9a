/** Connectors that a test writes into a folder of its own, as a self-hoster would: one file each. */
import { existsSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { tempFolder } from '../fixtures/store.ts'

/** The source of a connector for a network of pigeons; `body` replaces or adds members. */
export function pigeon(body: string): string {
  return `import { ConnectorError } from '#connector'
import type { Connector } from '#connector'

export const connector: Connector<{ own: string, behave?: string }> = {
  channel: 'pigeon', title: 'Pigeons', reaches: ['roof'],
  can: { subject: false, html: false, attachments: false, receipts: false, presence: false, typing: false, groups: false, maxChars: null, maxAttachmentBytes: null, cost: 0, delay: 0 },
  settings: {} as Connector['settings'],
  canonical: (kind, address) => kind === 'roof' ? address.toLowerCase() : null,
  own: ({ own }) => [{ kind: 'roof', address: own }],
  context: () => ({ region: 'DE' }),
  async parse() { return [] },
  async open() { throw new ConnectorError('none', 'No pigeons here.', { retry: 'never' }) },
  ${body}
}
`
}

/** In the body of a parser that has `text`: `loop FILE` notes in the file that it begins, and never ends. */
export const loops = "if (text.startsWith('loop ')) { (await import('node:fs')).appendFileSync(text.slice(5), 'x'); for (;;) { /* for ever */ } }"

/** Resolves when so many have begun that end never, and what they said before has arrived. */
export async function looping(file: string, times: number): Promise<void> {
  for (let left = 20; left > 0; await new Promise((resolve) => setImmediate(resolve))) if ((existsSync(file) ? statSync(file).size : 0) >= times) left--
}

/** Writes files (`name` -> source) into a folder that is gone after the test. */
export async function connectorFolder(t: Test, files: Record<string, string>): Promise<string> {
  const folder = await tempFolder(t)
  for (const [name, source] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), source)
  }
  return folder
}
