import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The tree that this file is part of. */
export const ownTree = join(import.meta.dirname, '../..')

export type Patch = { file: string, from: string, to: string }

/** A copy of what runs, with patches, in a folder of its own. A rig that does not notice the patch is no rig. Throws where a patch does not fit. */
export function patchedTree(patches: readonly Patch[], tree = ownTree): { path: string, remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'kinbox-tree-'))
  for (const name of ['bin', 'src', 'sdk', 'connectors', 'config', 'migrations', 'package.json']) cpSync(join(tree, name), join(path, name), { recursive: true })
  symlinkSync(join(tree, 'node_modules'), join(path, 'node_modules'))
  for (const { file, from, to } of patches) {
    const source = readFileSync(join(path, file), 'utf8')
    if (source.split(from).length !== 2) throw new Error(`the patch of ${file} does not fit any more: ${from}`)
    writeFileSync(join(path, file), source.replace(from, () => to))
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Webhooks are answered, and cursors taken for granted, before anything is stored. */
export const acknowledgesEarly: Patch[] = [{ file: 'src/accounts/session.ts', from: 'await receive(ref, batch, at)', to: 'receive(ref, batch, at).catch(() => undefined)' }]

/** What a client asks for a second time is done a second time. */
export const forgetsClientIds: Patch[] = [
  { file: 'src/outbound/accept.ts', from: 'if (earlier) {', to: 'if (earlier && false) {' },
  { file: 'src/outbound/accept.ts', from: 'insertClientWrite(tx, userId, request.clientId, { method, digest, object: messageId }, now)', to: 'void insertClientWrite' }
]

/** What was being sent when the process died is sent again, whether or not it has gone. */
export const sendsAgain: Patch[] = [{ file: 'src/outbound/deliver.ts', from: "becomeUncertain(tx, changes, dispatch, { code: 'interrupted'", to: "requeue(tx, changes, dispatch, { from: ['sending'], error: null, nextAt: now, now, code: 'interrupted'" }]
