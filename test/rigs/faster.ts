/** The waits that a short run makes shorter, each a piece of a source and the name of what it says. */
const waits: { file: string, constant: RegExp }[] = [
  { file: 'connectors/email/timing.ts', constant: /\b(poll|answer|idle|connect|historyRetry): ([0-9_]+)/g },
  { file: 'connectors/xmpp/connect.ts', constant: /\b(ackMs|requestAckInterval|timeout)(?: =|:) ([0-9_]+)/g },
  { file: 'src/api/limits.ts', constant: /\b(stallMs): ([0-9_]+)/g },
  { file: 'src/outbound/deliver.ts', constant: /\b(retryBaseMs) = ([0-9_]+)/g },
  { file: 'src/accounts/supervisor.ts', constant: /\b(retryBaseMs|retryMaxMs|openMs) = ([0-9_]+)/g }
]

/** How many waits a file has that are made shorter; a test holds that each is still found. */
export function waitsIn(path: string, source: string): string[] {
  return waits.filter(({ file }) => file === path).flatMap(({ constant }) => [...source.matchAll(constant)].map(([, name]) => name!))
}

/** The source with its waits `times` shorter, in ms. */
export function fasterSource(path: string, source: string, times: number): string {
  return waits.filter(({ file }) => file === path).reduce((text, { constant }) =>
    text.replace(constant, (whole: string, _name: string, ms: string) => whole.slice(0, whole.length - ms.length) + Math.ceil(Number(ms.replaceAll('_', '')) / times)), source)
}
