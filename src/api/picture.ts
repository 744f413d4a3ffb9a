import type { Context } from './context.ts'
import { ApiError } from './errors.ts'
import { missing } from './find.ts'

const mostBytes = 256 * 1024
const types: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])

/** A small picture that was uploaded, by its bytes, whatever it is called. Throws not_found, and invalid_params for what is none or too large. */
export async function pictureOf(ctx: Pick<Context, 'rooms' | 'userId'>, blobId: string): Promise<{ type: string, bytes: Uint8Array }> {
  const file = await ctx.rooms.download(ctx.userId, blobId)
  if (!file) return missing('blob')
  if (file.size > mostBytes) throw new ApiError('invalid_params', `params.photo is a file of ${file.size} bytes: a picture of a person has at most ${mostBytes}. Make it smaller first`)
  const parts: Uint8Array[] = []
  for await (const part of file.open()) parts.push(part as Uint8Array)
  const bytes = Buffer.concat(parts)
  const { fileTypeFromBuffer } = await import('file-type')
  const type = (await fileTypeFromBuffer(bytes).catch(() => undefined))?.mime ?? ''
  if (!types.has(type)) throw new ApiError('invalid_params', 'params.photo is no picture that can be shown: JPEG, PNG, GIF and WebP can')
  return { type, bytes }
}
