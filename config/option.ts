/** A kind of value: how its text is read, and what to write instead when it is wrong. */
export type Kind<Value> = {
  /** Shown in the docs: 'a whole number from 1 to 65535'. */
  words: string
  example: string
  /** Throws an Error whose message goes on after "… is wrong: ". */
  read(text: string): Value
  write(value: Value): string
}

/** One line of the table. `secret`: its value is never shown, and may lie in a file named by `<env>_FILE`. */
export type Option<Value> = { env: string, kind: Kind<Value>, default: Value, doc: string, secret: boolean }

export type OptionTable = Record<string, Option<unknown>>
export type Values<Table> = { [Name in keyof Table]: Table[Name] extends Option<infer Value> ? Value : never }

/** Anything. */
export const text: Kind<string> = {
  words: 'a text that is not empty',
  example: 'text',
  read: value => value,
  write: value => value
}

/** Not checked here: who opens it says what is wrong. */
export const path: Kind<string> = { ...text, words: 'a path; a relative one starts where the server is started', example: '/var/lib/kinbox' }

/** Without a port. */
export const host: Kind<string> = {
  words: 'a host name or an IP address, without a port',
  example: '127.0.0.1',
  read(value) {
    if (!/^[A-Za-z0-9.:_-]+$/.test(value) || /^[^:]+:\d+$/.test(value)) throw new Error('it is no host name or IP address (the port is an option of its own)')
    return value
  },
  write: value => value
}

/** Decimal digits, within bounds that are both allowed. */
export function integer(least: number, most: number, example: number): Kind<number> {
  return {
    words: `a whole number from ${least} to ${most}`,
    example: String(example),
    read(value) {
      const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN
      if (!(number >= least && number <= most)) throw new Error(`it is no whole number from ${least} to ${most}`)
      return number
    },
    write: String
  }
}

/** One of some words, in any case. */
export function choice<const Words extends readonly string[]>(...choices: Words): Kind<Words[number]> {
  return {
    words: 'one of ' + choices.join(', '),
    example: choices[0]!,
    read(value) {
      const found = choices.find(choice => choice === value.toLowerCase())
      if (found === undefined) throw new Error(`it is none of ${choices.join(', ')}`)
      return found
    },
    write: value => value
  }
}

/** http or https, with a path where the server is not at the root; kept without a slash at its end. */
export const webAddress: Kind<string> = {
  words: 'a web address that starts with https:// or http://',
  example: 'https://kinbox.example.org',
  read(value) {
    const url = URL.canParse(value) ? new URL(value) : null
    if (!url || !/^https?:$/.test(url.protocol)) throw new Error('it is no web address that starts with https:// or http://')
    if (url.username || url.password || url.search || url.hash) throw new Error('it has more than scheme, host, port and path')
    return (url.origin + url.pathname).replace(/\/+$/, '')
  },
  write: value => value
}

/** RFC 6454 section 6.2: scheme, host and port. */
export const origin: Kind<string> = {
  words: 'an origin: scheme, host and port, nothing else',
  example: 'https://kinbox.example.org',
  read(value) {
    const url = URL.canParse(value) ? new URL(value) : null
    if (!url || !/^https?:$/.test(url.protocol) || (value !== url.origin && value !== url.origin + '/')) throw new Error(`${JSON.stringify(value)} is no origin such as https://kinbox.example.org (scheme, host and port, nothing else)`)
    return url.origin
  },
  write: value => value
}

/** ISO 3166-1 alpha-2. */
export const country: Kind<string> = {
  words: 'a country code of two letters (ISO 3166)',
  example: 'DE',
  read(value) {
    const code = value.toUpperCase()
    const known = /^[A-Z]{2}$/.test(code) && new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }).of(code) !== undefined
    if (!known) throw new Error('it is no country code of two letters, such as DE')
    return code
  },
  write: value => value
}

/** 256 bits. */
export const key: Kind<string> = {
  words: '32 random bytes in base64',
  example: 'the output of: openssl rand -base64 32',
  read(value) {
    if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(value)) throw new Error('it is not 32 bytes in base64')
    return value
  },
  write: value => value
}

/** A kind whose default may be null: not set. */
export function optional<Value>(kind: Kind<Value>): Kind<Value | null> {
  return { ...kind, write: value => value === null ? '' : kind.write(value) }
}

/** Separated by commas. */
export function list<Value>(kind: Kind<Value>): Kind<readonly Value[]> {
  return {
    words: `${kind.words}; several are separated by commas`,
    example: kind.example,
    read: value => value.split(',').map(part => part.trim()).filter(part => part !== '').map(kind.read),
    write: values => values.map(kind.write).join(',')
  }
}

/** Makes a line of the table. */
export function option<Value>(env: string, kind: Kind<Value>, fallback: NoInfer<Value>, doc: string, { secret = false } = {}): Option<Value> {
  return { env, kind, default: fallback, doc, secret }
}
