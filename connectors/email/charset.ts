/** Bytes of mails as text, by the labels of the Encoding Standard and by the usual lies about them. */

/** Names in use that the Encoding Standard does not list. */
const aliases: Record<string, string> = { cp932: 'shift_jis', ms932: 'shift_jis', cp936: 'gbk', cp949: 'euc-kr', cp950: 'big5', 'latin-1': 'latin1', cp65001: 'utf-8', utf8mb4: 'utf-8', unicode: 'utf-16le', 'iso-10646': 'utf-16be', 'ansi_x3.110-1983': 'windows-1252', 'cp1252': 'windows-1252', 'x-euc-tw': 'big5', 'iso-2022-jp-1': 'iso-2022-jp', 'iso-2022-jp-2': 'iso-2022-jp', 'iso-2022-jp-ms': 'iso-2022-jp', 'x-mac-roman': 'macintosh' }
const unlabelled = /^(?:|us-?ascii|ascii|ansi_x3\.4-1968|646|unknown-?8bit|x-unknown|default|default_charset|8bit|binary|none)$/
const western = /^(?:windows-1252|iso-8859-1|latin1|l1|cp1252)$/
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Text of bytes whose charset is said to be `label`; '' where nothing is said. What is not labelled, has a label that nobody knows, or one that
 * cannot be true, is UTF-8 where its bytes are that, else Windows-1252. Never throws.
 */
export function decodeText(bytes: Uint8Array, label: string): string {
  const name = label.toLowerCase().replace(/[\s"']/g, '').replace(/\*.*$/, '').replace(/_/g, (mark) => label.toLowerCase().includes('shift') || label.includes('ks_') ? mark : '-')
  if (name === 'utf-7' || name === 'unicode-1-1-utf-7') return fromUtf7(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'))
  if (unlabelled.test(name)) return guessed(bytes)
  const known = decoderOf(aliases[name] ?? name.replace(/^(?:cp|win|x-cp|ms-?)-?(125\d)$/, 'windows-$1').replace(/^(?:cp|x-cp)-?866$/, 'ibm866').replace(/^(?:x-)?(iso)(\d{4})-?(\d+)$/, '$1-$2-$3').replace(/^iso-8859-(\d+)-[ei]$/, 'iso-8859-$1'))
  if (!known) return guessed(bytes)
  if (known.encoding === 'utf-8') return asUtf8(bytes)
  // Nobody writes Western text that happens to be UTF-8; many label UTF-8 as Western.
  if (western.test(known.encoding)) return guessed(bytes)
  return known.decode(bytes)
}

function decoderOf(label: string): InstanceType<typeof TextDecoder> | null {
  try {
    return new TextDecoder(label)
  } catch {
    return null
  }
}

function guessed(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** Said to be UTF-8: some damage stays damage; where more is damaged than whole, it is none. */
function asUtf8(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8').decode(bytes)
  if (!text.includes('\ufffd')) return text
  let damaged = 0
  let whole = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0xfffd) damaged++
    else if (code > 127) whole++
  }
  return damaged > whole ? new TextDecoder('windows-1252').decode(bytes) : text
}

/** RFC 2152; what is no UTF-7 stays as it is written. */
function fromUtf7(text: string): string {
  return text.replace(/\+([A-Za-z0-9+/]*)(-?)/g, (whole, base64: string, end: string) => {
    if (base64 === '') return end === '-' ? '+' : whole
    const bytes = Buffer.from(base64, 'base64')
    return bytes.length < 2 ? whole : bytes.subarray(0, bytes.length - bytes.length % 2).swap16().toString('utf16le')
  })
}
