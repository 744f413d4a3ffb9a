import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { ownTree } from './tree.ts'

const file = join(ownTree, 'docs/reliability.md')

/** Puts what a rig found into its own section of docs/reliability.md, between its marks. Throws where they are missing. */
export function report(rig: string, lines: readonly string[], seed: number | null, ms: number): void {
  const text = readFileSync(file, 'utf8')
  const marks = [`<!-- ${rig}: written by npm run rig -->`, `<!-- end of ${rig} -->`] as const
  const [from, to] = marks.map((mark) => text.indexOf(mark)) as [number, number]
  if (from < 0 || to < from) throw new Error(`docs/reliability.md has no section between ${marks[0]} and ${marks[1]}`)
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`
  const when = `${new Date().toISOString().slice(0, 10)}, ${Math.round(ms / 1000)} s${seed === null ? '' : `, seed ${seed}`}; ${machine}`
  writeFileSync(file, `${text.slice(0, from)}${marks[0]}\n\n${lines.join('\n')}\n\n${when}\n\n${text.slice(to)}`)
}

/** A table of names and figures. */
export function figures(rows: readonly (readonly [string, string | number])[]): string[] {
  return ['| what | count |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)]
}
