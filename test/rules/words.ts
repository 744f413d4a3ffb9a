import { tokens } from './tokens.ts'

/** Networks, their protocols and the programs that speak them, beside those that connectors/ names. */
const networks = [
  'imap', 'smtp', 'lmtp', 'pop3', 'jmap', 'twilio', 'vonage', 'smpp', 'gammu', 'kannel', 'xmpp', 'jabber', 'prosody', 'telegram', 'whatsapp', 'irc', 'mastodon',
  'activitypub', 'discord', 'slack', 'mattermost', 'dovecot', 'postfix', 'gmail', 'imapflow', 'nodemailer', 'mailparser', 'mailauth', 'libphonenumber'
]
/** Kinds of channel, which everybody may name, and the demo, which is no network. */
const allowedWords = new Set(['email', 'sms', 'phone', 'chat', 'demo'])

const bannedFolders = /^(utils?|helpers?|common|managers?|services?|lib|misc|shared)$/
const bannedFiles = /^(utils?|helpers?|common|managers?|services?|misc)\.ts$/

/** Words of a text in lower case: camelCase, snake_case and digits are cut. */
export function wordsOf(text: string): Set<string> {
  const cut = text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
  const whole = cut.toLowerCase().match(/[a-z0-9]+/g) ?? []
  return new Set([...whole, ...whole.flatMap(word => word.match(/[a-z]+/g) ?? [])])
}

/** Lines under src/ that name a network; `connectors` are the names of files and folders under connectors/. */
export function networkViolations(files: Map<string, string>, connectors: string[]): string[] {
  const names = new Set([...networks, ...connectors.flatMap(name => [...wordsOf(name)])].filter(word => !allowedWords.has(word)))
  return inSrc(files).flatMap(([path, source]) => [`${path}`, ...source.split('\n')].flatMap((text, line) => {
    const named = [...wordsOf(text)].filter(word => names.has(word))
    return named.map(word => `${path}:${line}: names the network ${word}; it belongs under connectors/`)
  }))
}

/** Folders and files whose name says nothing. */
export function nameViolations(files: Map<string, string>): string[] {
  return [...files.keys()].filter(path => /^(src|sdk|connectors|config)\//.test(path)).flatMap(path => {
    const parts = path.split('/')
    const folder = parts.slice(0, -1).find(part => bannedFolders.test(part))
    if (folder) return [`${path}: a folder called ${folder} says nothing; name what is in it`]
    return bannedFiles.test(parts.at(-1)!) ? [`${path}: this file's name says nothing`] : []
  })
}

/** Files under src/ that only hand on other files. */
export function barrelViolations(files: Map<string, string>): string[] {
  return inSrc(files).flatMap(([path, source]) => {
    const parts = tokens(source).filter(({ type }) => type !== 'comment')
    const text = parts.map(({ type, text }) => type === 'code' ? text : "''").join('')
    const handsOn = /\bexport\s+(type\s+)?(\*|\{[^}]*\})\s*(as\s+\w+\s*)?from\s*''/g
    const rest = text.replace(handsOn, '').replace(/\bimport\s[^']*''/g, '').replace(/[\s;]/g, '')
    return handsOn.test(text) && rest === '' ? [`${path}: is a barrel; import the files themselves`] : []
  })
}

/** `any`, and comments that silence the type check. */
export function typeViolations(files: Map<string, string>): string[] {
  return [...files].flatMap(([path, source]) => tokens(source).flatMap(({ type, text, line }) => {
    if (type === 'comment') return /@ts-(ignore|nocheck|expect-error)/.test(text) ? [`${path}:${line}: silences the type check`] : []
    if (type !== 'code') return []
    return [...text.matchAll(/(?<![.\w$])any\b(?!\s*[:(])/g)].map(({ index }) => `${path}:${line + text.slice(0, index).split('\n').length - 1}: any`)
  }))
}

const sql = /^\s*(select\s[\s\S]*\bfrom\s|insert\s+(or\s+\w+\s+)?into\s|update\s+\w+\s+set\s|delete\s+from\s|replace\s+into\s|create\s+(unique\s+)?(table|index|trigger|virtual)|alter\s+table|drop\s+(table|index)|with\s+(recursive\s+)?\w+\s+as\s*\(|pragma\s+\w|begin\s+(immediate|exclusive|deferred)|savepoint\s)/i

/** SQL statements outside of the store and the migrations. */
export function sqlViolations(files: Map<string, string>): string[] {
  return [...files].filter(([path]) => /^(src|connectors|config)\//.test(path) && !path.startsWith('src/store/')).flatMap(([path, source]) =>
    tokens(source).filter(({ type, text }) => (type === 'string' || type === 'template') && sql.test(text)).map(({ line }) => `${path}:${line}: SQL; it belongs into src/store/`))
}

/** Variables of a module that change: state of the whole process. */
export function stateViolations(files: Map<string, string>): string[] {
  return [...files].filter(([path]) => /^(src|sdk(?!\/examples)|connectors)\//.test(path)).flatMap(([path, source]) =>
    source.split('\n').flatMap((text, i) => /^(export )?(let|var) /.test(text) ? [`${path}:${i + 1}: a module's variable that changes is global state`] : []))
}

/** Clocks and dice of the machine, which are handed in everywhere but where the process is put together. */
export function clockViolations(files: Map<string, string>): string[] {
  return inSrc(files).filter(([path]) => !/^src\/(cli\/|app\.ts|main\.ts)/.test(path)).flatMap(([path, source]) =>
    tokens(source).filter(({ type }) => type === 'code').flatMap(({ text, line }) =>
      [...text.matchAll(/\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b/g)].map(match => `${path}:${line + text.slice(0, match.index).split('\n').length - 1}: ${match[0]}; take the clock or the dice that is handed in`)))
}

function inSrc(files: Map<string, string>): [string, string][] {
  return [...files].filter(([path]) => path.startsWith('src/'))
}
