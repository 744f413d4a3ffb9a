import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'

const folder = join(import.meta.dirname, '../../docs/pictures')

/** What the README and docs/web.md show; other screens are looked at and not kept. */
const kept = ['friends', 'conversation', 'other', 'phone']

/** Keeps a picture of a screen for the docs, only where `npm run pictures` asks for it, so that tests leave the tree as it is. */
export async function picture(page: Page, name: string, scheme: 'light' | 'dark'): Promise<void> {
  if (!process.env['KINBOX_PICTURES'] || !kept.includes(name)) return
  await page.evaluate('document.fonts.ready')
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide' })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${name}-${scheme}.webp`), await sharp(png).webp({ quality: 82 }).toBuffer())
}
