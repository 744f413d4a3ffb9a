import progress from 'cli-progress'
import type { TaskProgress } from '../jobs/task.ts'
import type { Io } from './io.ts'

const words: Record<TaskProgress['stage'], string> = { database: 'database', check: 'checking', files: 'files' }

/** A bar on standard error for what takes long, where that is a terminal. */
export function taskBar({ stderr }: Io): { update(progress: TaskProgress): void, stop(): void } {
  if (!stderr.isTTY) return { update() {}, stop() {} }
  const bar = new progress.SingleBar({ format: '{bar} {percentage} % | {stage}', hideCursor: true, clearOnComplete: true }, progress.Presets.shades_classic)
  bar.start(1, 0, { stage: '' })
  return {
    update({ stage, done, total }) {
      bar.setTotal(Math.max(total, 1))
      bar.update(total === 0 ? 0 : done, { stage: words[stage] })
    },
    stop: () => bar.stop()
  }
}

/** `1.5 GiB`, `12 KiB`, `3 bytes`. */
export function bytesInWords(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10))
  const value = bytes / 1024 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}
