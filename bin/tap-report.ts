/** What a TAP stream said, as far as the closing line and the list of skips need it. Names are `file > test > subtest`. */
export type TapReport = {
  /** tap's own totals: single assertions. null: the stream ended before tap summed up. */
  counts: { total: number, pass: number, fail: number, todo: number, skip: number } | null
  skipped: { name: string, why: string }[]
  failed: string[]
}

export type TapFile = { ok: boolean, name: string, ms: number, lines: string[] }

const point = /^( *)(not )?ok \d+(?: - (.*?))?(?: # time=([\d.]+)m?s)?(?: \{)?$/
const directive = /^(.*?)(?:^| )# (SKIP|TODO)\b ?(.*)$/i

/**
 * Reads TAP version 14 line by line (as `tap run --reporter=tap` prints it). `onFile` hears of each test file as it ends, with
 * its lines: they are worth printing when it failed. A line that a test printed itself is passed over.
 */
export function tapReader(onFile: (file: TapFile) => void): { line(text: string): void, report(): TapReport } {
  const report: TapReport = { counts: null, skipped: [], failed: [] }
  const open: { indent: number, name: string }[] = []
  let lines: string[] = []
  let inDiagnostics = -1
  let ended: TapFile | null = null
  // A file's own diagnostics (a time-out, an exit code) come after its line.
  const flush = () => {
    if (ended) onFile(ended)
    ended = null
  }

  return {
    line(text) {
      const indent = text.length - text.trimStart().length
      if (inDiagnostics >= 0) {
        lines.push(text)
        if (text.trim() === '...' && indent === inDiagnostics) inDiagnostics = -1
        return
      }
      if (text.trim() === '---') inDiagnostics = indent
      else flush()
      const totals = /^# (\{ total: .*\})$/.exec(text)
      if (totals) report.counts = readCounts(totals[1]!)
      const subtest = /^( *)# Subtest: (.*)$/.exec(text)
      if (subtest) {
        if (indent === 0) lines = []
        while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop()
        open.push({ indent, name: unescape(subtest[2]!) })
      }
      lines.push(text)
      const match = point.exec(text)
      if (!match) return
      while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop()
      const marked = directive.exec(match[3] ?? '')
      const title = unescape((marked ? marked[1]! : match[3] ?? '').trim())
      const name = [...open.map(({ name }) => name), title].join(' > ')
      if (marked) report.skipped.push({ name, why: unescape(marked[3]! || marked[2]!) })
      else if (match[2]) report.failed.push(name)
      if (indent === 0) ended = { ok: !match[2], name: title, ms: Number(match[4] ?? 0), lines }
    },
    report() {
      flush()
      return report
    }
  }
}

/** What several streams said together. Without totals where one of them has none. */
export function joined(reports: TapReport[]): TapReport {
  const sum = (field: keyof NonNullable<TapReport['counts']>) => reports.reduce((all, { counts }) => all + (counts?.[field] ?? 0), 0)
  return {
    counts: reports.every(({ counts }) => counts) ? { total: sum('total'), pass: sum('pass'), fail: sum('fail'), todo: sum('todo'), skip: sum('skip') } : null,
    skipped: reports.flatMap(({ skipped }) => skipped),
    failed: reports.flatMap(({ failed }) => failed)
  }
}

function readCounts(text: string): NonNullable<TapReport['counts']> {
  const number = (field: string) => Number(new RegExp(`\\b${field}: (\\d+)`).exec(text)?.[1] ?? 0)
  return { total: number('total'), pass: number('pass'), fail: number('fail'), todo: number('todo'), skip: number('skip') }
}

function unescape(text: string): string {
  return text.replace(/\\([#\\])/g, '$1')
}
