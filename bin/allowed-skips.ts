/** Skips that are allowed: `name | words` a line, where name is `file > test > subtest` as the runner prints it, and the words stand in its reason. */
export function readAllowed(text: string): Map<string, string> {
  const allowed = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (!line.trim() || line.startsWith('#')) continue
    const cut = line.indexOf(' | ')
    if (cut < 1 || !line.slice(cut + 3).trim()) throw new Error(`test/allowed-skips.txt: this line gives no reason: ${line}. Write \`name | words of the reason\`.`)
    allowed.set(line.slice(0, cut).trim(), line.slice(cut + 3).trim())
  }
  return allowed
}

/**
 * The skips that fail the run. Outside of CI a skip whose reason begins with a server's name is allowed where that server could not
 * be installed; in CI only the list counts. A listed
 * skip with another reason than the list says is refused.
 */
export function refusedSkips<Skip extends { name: string, why: string }>(skipped: Skip[], allowed: Map<string, string>, { inCi, missing }: { inCi: boolean, missing: string[] }): Skip[] {
  return skipped.filter(({ name, why }) => {
    const words = allowed.get(name)
    if (words !== undefined && why.includes(words)) return false
    return inCi || !missing.some(server => why.toLowerCase().startsWith(server + ' '))
  })
}
