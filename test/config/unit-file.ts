/** Reads a systemd unit (systemd.syntax(7)) without continuation lines: sections of `Name=value`, a name several times as a list. Throws with the line. */
export function parseUnit(text: string): Record<string, Record<string, string[]>> {
  const unit: Record<string, Record<string, string[]>> = {}
  let section: Record<string, string[]> | undefined
  for (const [i, line] of text.split('\n').entries()) {
    if (/^\s*([#;].*)?$/.test(line)) continue
    const head = /^\[([A-Z]\w*)\]$/.exec(line)?.[1]
    const [, name, value] = /^([A-Z]\w*)=(.*)$/.exec(line) ?? []
    if (head !== undefined) {
      if (unit[head]) throw new Error(`line ${i + 1}: [${head}] twice`)
      section = unit[head] = {}
    } else if (name !== undefined && section) {
      if (/[\s\\]$/.test(value!)) throw new Error(`line ${i + 1}: ends in a space or a backslash`)
      ;(section[name] ??= []).push(value!)
    } else throw new Error(`line ${i + 1}: ${line} is neither a section nor Name=value`)
  }
  return unit
}
