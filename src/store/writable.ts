import type { Writer } from './tx.ts'

const trial = 'trial'
const trialBytes = 64 * 1024

/** Takes the write lock and changes nothing: throws where somebody else has it, or the file is read-only. A full disk shows only when something is written. */
export function touch(tx: Writer): void {
  tx.run('UPDATE meta SET value = value WHERE key = ?', '')
}

/** Writes as much as a larger message: throws what that would. Afterwards `takeTrialBack`. */
export function writeTrial(tx: Writer): void {
  tx.run('INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2', trial, 'x'.repeat(trialBytes))
}

export function takeTrialBack(tx: Writer): void {
  tx.run('DELETE FROM meta WHERE key = ?', trial)
}
