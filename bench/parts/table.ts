import { machine } from './machine.ts'

/** Prints a table in Markdown under a heading, with the machine. Each row has as many cells as `columns`; `notes` follow, a line each. */
export function printTable(title: string, columns: string[], rows: string[][], notes: string[] = []): void {
  const all = [columns, ...rows]
  const widths = columns.map((_, i) => Math.max(...all.map((row) => row[i]!.length)))
  const line = (row: string[]) => `| ${row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join(' | ')} |`
  const rule = `|${widths.map((width, i) => i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`).join('|')}|`
  process.stdout.write([`## ${title}`, '', machine(), '', line(columns), rule, ...rows.map(line), '', ...notes, ...notes.length ? [''] : [], ''].join('\n'))
}
