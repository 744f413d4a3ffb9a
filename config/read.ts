import { readFileSync } from 'node:fs'
import { parse, TomlError } from 'smol-toml'
import type { Option, OptionTable, Values } from './option.ts'

/** What is wrong with the configuration; one line for each option. Secrets are not in it. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** Variables that are no options of the server but read elsewhere: its config file, the client in the terminal, tests. */
const elsewhere = /^KINBOX_(CONFIG|URL|TOKEN|USER|CORPORA|TEST_.*)$/

/** The name of an option in the TOML file. */
export function tomlKey(env: string): string {
  return env.replace(/^KINBOX_/, '').toLowerCase()
}

/** Reads every option of a table; see loadConfig for the order of sources. Throws ConfigError. */
export function readOptions<Table extends OptionTable>(table: Table, env: Record<string, string | undefined>, file: string | undefined): { values: Values<Table>, warnings: string[] } {
  const problems: string[] = []
  const toml = file === undefined ? {} : readToml(file)
  const known = Object.values(table)
  const names = known.flatMap(({ env, secret }) => secret ? [env, env + '_FILE'] : [env])
  for (const key of Object.keys(toml)) {
    if (!names.some(name => tomlKey(name) === key)) problems.push(`${key} in ${file} is no option${suggestion(key, names.map(tomlKey))}`)
  }
  const warnings = Object.keys(env)
    .filter(name => name.startsWith('KINBOX_') && !names.includes(name) && !elsewhere.test(name))
    .map(name => `${name} is no option and changes nothing${suggestion(name, names)}`)
  const values = Object.fromEntries(Object.entries(table).map(([name, option]) => {
    try {
      return [name, readOption(option, env, toml, file)]
    } catch (error) {
      problems.push((error as Error).message)
      return [name, option.default]
    }
  }))
  if (problems.length > 0) throw new ConfigError(problems)
  return { values: values as Values<Table>, warnings }
}

function readOption(option: Option<unknown>, env: Record<string, string | undefined>, toml: Record<string, unknown>, file: string | undefined): unknown {
  const found = findText(option, env, toml, file)
  if (!found) return option.default
  try {
    return option.kind.read(found.text)
  } catch (error) {
    const value = option.secret ? 'is wrong' : `is ${JSON.stringify(found.text)}, which is wrong`
    throw new Error(`${found.where} ${value}: ${(error as Error).message}. It must be ${option.kind.words}, for example ${option.kind.example}.`)
  }
}

/** An empty variable counts as not set, as in compose files. */
function findText(option: Option<unknown>, env: Record<string, string | undefined>, toml: Record<string, unknown>, file: string | undefined): { text: string, where: string } | null {
  const { secret } = option
  const direct = env[option.env]?.trim()
  const pointer = secret ? env[option.env + '_FILE']?.trim() : undefined
  if (direct && pointer) throw new Error(`${option.env} and ${option.env}_FILE are both set. Keep one of them.`)
  if (direct) return { text: direct, where: option.env }
  if (pointer) return { text: secretIn(pointer, option.env + '_FILE'), where: `${option.env}_FILE (${pointer})` }
  const key = tomlKey(option.env)
  const fileKey = key + '_file'
  if (secret && toml[key] !== undefined && toml[fileKey] !== undefined) throw new Error(`${key} and ${fileKey} are both set in ${file}. Keep one of them.`)
  if (secret && toml[fileKey] !== undefined) return { text: secretIn(String(toml[fileKey]), `${fileKey} in ${file}`), where: `${fileKey} in ${file}` }
  const value = toml[key]
  if (value === undefined) return null
  const where = `${key} in ${file}`
  if (Array.isArray(value) && value.every(part => typeof part === 'string')) return { text: value.join(','), where }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return { text: String(value).trim(), where }
  throw new Error(`${where} has the wrong type. It must be ${option.kind.words}, for example ${key} = "${option.kind.example}".`)
}

function secretIn(path: string, where: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new Error(`${where} names a file that cannot be read (${(error as Error).message}). Correct the path, or make the file readable for this user.`)
  }
  if (text === '') throw new Error(`${where} names a file that is empty (${path}). Write the secret into it.`)
  return text
}

function readToml(file: string): Record<string, unknown> {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code) throw new ConfigError([`The configuration file ${file} cannot be read (${(error as Error).message}). Correct KINBOX_CONFIG, or make the file readable for this user.`])
    throw new ConfigError([`The configuration file ${file} is no TOML${error instanceof TomlError ? ` in line ${error.line}` : ''}: ${(error as Error).message.trim().split('\n')[0]!.replace(/^Invalid TOML document: /, '')}. Correct that line.`])
  }
}

function suggestion(name: string, known: readonly string[]): string {
  const best = known.map(candidate => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase()) })).sort((a, b) => a.distance - b.distance)[0]
  if (best && best.distance <= Math.max(2, name.length / 5)) return `; did you mean ${best.candidate}?`
  return '. docs/configuration.md lists the options.'
}

/** Levenshtein: how many letters to add, take or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
