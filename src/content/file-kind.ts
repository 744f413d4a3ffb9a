/** What bytes are by themselves: a media type and its usual ending. */
export type Sniffed = { mime: string, ext: string }

/** How many of a file's first bytes tell what it is. */
export const sniffBytes = 4100

const programs = /^application\/(?:x-msdownload|vnd\.microsoft\.portable-executable|x-elf|x-mach-binary|x-ms-shortcut|x\.ms\.shortcut|x-msi|vnd\.android\.package-archive|java-archive|x-sh|x-shellscript|vnd\.ms-cab-compressed|x-deb|x-rpm|x-apple-diskimage)$/
const programEndings = /\.(?:exe|scr|com|pif|bat|cmd|msi|ps1|vbs|vbe|js|jse|wsf|hta|lnk|jar|app|apk|dmg|pkg|deb|rpm|sh|iso|img|cpl|reg|scf)$/i
const pretend = /\.(?:pdf|docx?|xlsx?|pptx?|jpe?g|png|gif|txt|csv|zip|mp[34]|html?)\.[a-z0-9]{1,5}$/i

type Family = 'picture' | 'sound or film' | 'document' | 'archive' | 'text' | 'program' | 'other'

const endings: [RegExp, Family][] = [
  [/\.(?:jpe?g|png|gif|webp|avif|heic|heif|bmp|tiff?|svg|ico)$/i, 'picture'], [/\.(?:mp[34]|m4[av]|ogg|oga|opus|wav|flac|aac|amr|mov|avi|mkv|webm|3gp|mpe?g)$/i, 'sound or film'],
  [/\.(?:pdf|docx?|xlsx?|pptx?|od[tspg]|rtf|epub)$/i, 'document'], [/\.(?:zip|gz|tgz|tar|7z|rar|bz2|xz|zst)$/i, 'archive'], [/\.(?:txt|csv|md|html?|ics|vcf|json|xml|log|eml)$/i, 'text'], [programEndings, 'program']
]

function familyOf(mime: string): Family {
  if (programs.test(mime)) return 'program'
  if (/^image\//.test(mime)) return 'picture'
  if (/^(?:audio|video)\/|^application\/(?:ogg|mp4|x-mpegurl)$/.test(mime)) return 'sound or film'
  if (/^application\/(?:pdf|x-pdf|rtf|msword|vnd\.ms-|vnd\.openxmlformats|vnd\.oasis|epub|x-cfb|postscript)/.test(mime)) return 'document'
  if (/^application\/(?:zip|x-zip|gzip|x-gzip|x-tar|x-7z|x-rar|vnd\.rar|x-bzip|x-xz|zstd|x-lzip)/.test(mime)) return 'archive'
  if (/^text\/|^application\/(?:json|xml|ics|pgp-|x-pkcs7|pkcs7)|^message\//.test(mime)) return 'text'
  return 'other'
}

/**
 * The media type to go by and, in words for the user, what is wrong with a file: it is a program, or it is something else than its
 * sender says. `sniffed`: what its first bytes are; undefined where they do not tell. A vague claim is made good without a word.
 */
export function fileKind(name: string, claimed: string, sniffed: Sniffed | undefined): { contentType: string, warning: string | null } {
  const vague = /^application\/(?:octet-stream|x-?unknown|force-download|binary|x-download)$/.test(claimed) || !claimed.includes('/')
  const contentType = vague && sniffed ? sniffed.mime : claimed
  const says = vague ? endings.find(([ending]) => ending.test(name))?.[1] ?? 'other' : familyOf(claimed)
  const is = sniffed ? familyOf(sniffed.mime) : 'other'
  const program = 'Open it only if you expected it and know who made it.'
  if (is === 'program' && says !== 'program' && says !== 'other') return { contentType, warning: `This says that it is a ${says}, but it is a program. ${program}` }
  if (programEndings.test(name) && pretend.test(name)) return { contentType, warning: `Its name is made to look like a document, but it is a program. ${program}` }
  if (is === 'program' || programEndings.test(name)) return { contentType, warning: `This is a program. ${program}` }
  if (is === 'other' || says === 'other' || is === says || alike(is, says, sniffed!.mime)) return { contentType, warning: null }
  return { contentType, warning: `This says that it is a ${says}, but what is in it is a ${is} (${sniffed!.ext}). Open it only if you know why.` }
}

/** Documents of today are archives, many texts are documents, and vector pictures are text. */
function alike(is: Family, says: Family, mime: string): boolean {
  return is === 'archive' && says === 'document' && mime === 'application/zip' || is === 'document' && says === 'text' && mime === 'application/rtf' || is === 'text' && (says === 'picture' || says === 'document') && mime.endsWith('xml')
}
