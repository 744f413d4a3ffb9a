export type Token = { type: 'code' | 'string' | 'template' | 'comment' | 'regex', text: string, line: number }

const beforeRegex = /(?:^|[=(,:;[!&|?{}<>+\-*%~^]|=>|\b(?:return|typeof|case|in|of|await|yield|void|delete|do|else))\s*$/

/**
 * Cuts TypeScript into code, strings (without their quotes), template pieces, comments and regular expressions, as far as rules about imports
 * and words need it. What stands in `${}` of a template is code again.
 */
export function tokens(source: string): Token[] {
  const found: Token[] = []
  let at = 0
  let line = 1
  let code = ''
  let codeLine = 1
  const push = (type: Token['type'], text: string, start: number) => {
    found.push({ type, text, line: start })
  }
  const endCode = () => {
    if (code) push('code', code, codeLine)
    code = ''
  }
  const count = (text: string) => {
    line += text.split('\n').length - 1
  }
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const text = pattern.exec(source)?.[0] ?? source.slice(at)
    at += text.length
    return text
  }

  const template = () => {
    let start = at
    let startLine = line
    while (at < source.length) {
      if (source[at] === '\\') at += 2
      else if (source[at] === '`' || source.startsWith('${', at)) {
        const text = source.slice(start, at)
        push('template', text, startLine)
        count(text)
        if (source[at++] === '`') return
        at++
        script(true)
        start = at
        startLine = line
      } else at++
    }
  }
  const script = (inTemplate: boolean) => {
    let depth = 0
    codeLine = line
    while (at < source.length) {
      const start = line
      const two = source.slice(at, at + 2)
      if (two === '//' || two === '/*') {
        endCode()
        const text = take(two === '//' ? /.*/y : /[\s\S]*?\*\//y)
        count(text)
        push('comment', text, start)
        codeLine = line
      } else if (source[at] === "'" || source[at] === '"') {
        endCode()
        push('string', take(source[at] === "'" ? /'(?:[^'\\\n]|\\[\s\S])*'/y : /"(?:[^"\\\n]|\\[\s\S])*"/y).slice(1, -1), start)
        codeLine = line
      } else if (source[at] === '`') {
        endCode()
        at++
        template()
        codeLine = line
      } else if (source[at] === '/' && beforeRegex.test(lastOf(found, code))) {
        endCode()
        push('regex', take(/\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y), start)
        codeLine = line
      } else {
        if (source[at] === '{') depth++
        if (source[at] === '}' && depth-- === 0 && inTemplate) {
          at++
          endCode()
          return
        }
        if (source[at] === '\n') line++
        code += source[at++]
      }
    }
    endCode()
  }
  script(false)
  return found
}

/** The last code before this place; a value ('x') where it was a string, a template or a regular expression. */
function lastOf(found: Token[], code: string): string {
  if (code.trim()) return code
  const last = found.findLast(({ type, text }) => type !== 'comment' && (type !== 'code' || text.trim() !== ''))
  return last ? last.type === 'code' ? last.text : 'x' : ''
}
