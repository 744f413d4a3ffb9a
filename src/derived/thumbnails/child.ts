/** The other end of make.ts, in a process of its own: what a hostile picture can break is this process only. */
import sharp from 'sharp'
import { fileTypeFromFile } from 'file-type'

/** `pixels`: a picture with more is not opened. */
export type Ask = { path: string, edge: number, pixels: number }
export type Made = { bytes: Uint8Array, width: number, height: number }
export type Answer = { ready: true } | { made: Made | null }

/** Formats with a decoder that is made for files of strangers. No vector pictures: they are programs that draw. */
const readable = new Set(['image/jpeg', 'image/png', 'image/apng', 'image/webp', 'image/gif', 'image/avif', 'image/heic', 'image/tiff'])

sharp.cache(false)
sharp.concurrency(1)
sharp.block({ operation: ['VipsForeignLoadSvg', 'VipsForeignLoadPdf', 'VipsForeignLoadMagick', 'VipsForeignLoadOpenslide', 'VipsForeignLoadMat', 'VipsForeignLoadVips', 'VipsForeignLoadRaw', 'VipsForeignLoadCsv', 'VipsForeignLoadMatrix'] })

async function make({ path, edge, pixels }: Ask): Promise<Made | null> {
  const type = await fileTypeFromFile(path)
  if (!type || !readable.has(type.mime)) return null
  const { data, info } = await sharp(path, { limitInputPixels: pixels, sequentialRead: true, failOn: 'error', animated: false })
    .autoOrient().resize(edge, edge, { fit: 'inside', withoutEnlargement: true }).webp({ quality: 72, effort: 2 }).toBuffer({ resolveWithObject: true })
  return { bytes: data, width: info.width, height: info.height }
}

const say = (answer: Answer) => void process.send?.(answer)

process.on('message', (ask: Ask) => void make(ask).then((made) => say({ made }), () => say({ made: null })))
process.on('disconnect', () => process.exit())
say({ ready: true })
