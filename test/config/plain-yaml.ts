export type Yaml = string | boolean | number | null | Yaml[] | { [key: string]: Yaml }

/**
 * Reads the plain part of YAML that our files keep to: maps, lists, and scalars on one line. Everything else (tabs, anchors, tags, flow, block
 * text, a key twice, an indentation that fits nothing) throws with the line, so that a file which passes means the same to every parser.
 */
export function parseYaml(text: string): Yaml {
  const lines = text.split('\n').map((raw, i) => ({ raw, n: i + 1 }))
    .filter(({ raw }) => !/^\s*(#|$)/.test(raw))
    .map(({ raw, n }) => ({ n, indent: raw.length - raw.trimStart().length, text: raw.trim() }))
  for (const { raw, n } of text.split('\n').map((raw, i) => ({ raw, n: i + 1 }))) if (raw.includes('\t')) throw new Error(`line ${n}: a tab`)
  let at = 0
  const value = block(0)
  if (at < lines.length) throw new Error(`line ${lines[at]!.n}: an indentation that fits nothing`)
  return value

  function block(indent: number): Yaml {
    const list = lines[at]?.text.startsWith('- ')
    const found: { [key: string]: Yaml } = {}
    const items: Yaml[] = []
    while (at < lines.length && lines[at]!.indent === indent) {
      const { text: line, n } = lines[at]!
      if (line.startsWith('- ') !== list) throw new Error(`line ${n}: a list and a map in one`)
      if (list && /^- [\w.-]+:( |$)/.test(line)) {
        // A map in a list: its first key stands beside the dash.
        lines[at] = { n, indent: indent + 2, text: line.slice(2) }
        items.push(block(indent + 2))
        continue
      }
      at++
      if (list) items.push(scalar(line.slice(2).trim(), n))
      else {
        const [, key, rest] = /^([\w.-]+):(?: +(.*))?$/.exec(line) ?? []
        if (key === undefined) throw new Error(`line ${n}: no "key: value"`)
        if (Object.hasOwn(found, key)) throw new Error(`line ${n}: ${key} stands there twice`)
        const next = lines[at]
        found[key] = rest !== undefined ? scalar(rest, n) : next && next.indent > indent ? block(next.indent) : null
      }
    }
    return list ? items : found
  }
}

function scalar(text: string, n: number): Yaml {
  const quoted = /^"([^"\\]*)"$|^'([^']*)'$/.exec(text)
  if (quoted) return quoted[1] ?? quoted[2]!
  if (/^["'&*!|>@`%[{]|^- | #|: |:$/.test(text.replace(/\$\{[^}]*\}/g, ''))) throw new Error(`line ${n}: ${text} is no plain scalar; quote it`)
  if (text === 'true' || text === 'false') return text === 'true'
  if (/^(null|~|yes|no|on|off)$/i.test(text)) throw new Error(`line ${n}: ${text} means different things to different parsers; quote it`)
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}
