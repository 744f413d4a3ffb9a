import files from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Paths at which the page is: its screens. Everything else that is not there is not found, as before. */
export const pagePaths = [
  '/', '/welcome', '/login', '/inbox', '/new', '/other', '/archive', '/c/*', '/person/*', '/search', '/screener', '/streams', '/rules', '/settings', '/settings/*', '/accounts', '/accounts/*'
] as const

export type PageDeps = {
  /** Where the built page lies; it may come, or be replaced, while the server runs. Null: there is none. */
  folder: string | null
  /** How browsers reach the socket besides the page's own origin, e.g. wss://inbox.example.org. */
  sockets: readonly string[]
}

/**
 * The page's policy (CSP Level 3). No inline script or style, nothing from elsewhere, no page around it, and no string becomes
 * script or HTML but through the two policies named: DOMPurify's, and the page's own for the frame of a mail.
 */
export function pagePolicy(sockets: readonly string[]): string {
  return [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", ['connect-src', "'self'", ...sockets].join(' '), "img-src 'self' blob:", "media-src 'self' blob:", "frame-src 'self'",
    "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", 'trusted-types dompurify kinbox'
  ].join('; ')
}

/** Serves the built page: its files for ever (their names hold a digest of what is in them), the page itself fresh each time. */
export async function pageRoutes(app: FastifyInstance, { folder, sockets }: PageDeps): Promise<void> {
  const headers = {
    'content-security-policy': pagePolicy(sockets),
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'cache-control': 'no-cache'
  }
  for (const url of pagePaths) {
    app.get(url, async (_request, reply) => {
      const html = folder === null ? null : await readFile(join(folder, 'index.html')).catch(() => null)
      void reply.headers(headers).type('text/html; charset=utf-8')
      return html ?? reply.code(503).header('retry-after', '3').header('refresh', '3').send(missing)
    })
  }
  if (folder === null) return
  await app.register(files, {
    root: join(folder, 'assets'), prefix: '/assets/', index: false, redirect: false, decorateReply: false, preCompressed: true, cacheControl: false,
    setHeaders: (reply) => void reply.header('cache-control', 'public, max-age=31536000, immutable')
  })
}

/** Whether somebody looks at what is answered, going by the request's Accept: programs ask for something else, or for anything. */
export const isForPerson = (accept: string | undefined): boolean => accept?.includes('text/html') ?? false

/** Said to somebody who mistyped an address, or followed an old one. */
export const nothingHere = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Nothing here - Kinbox</title>
<h1>There is nothing here</h1>
<p>Nothing of Kinbox has this address. <a href="/">Go to the inbox</a>.</p></html>
`

/** Said until the page is there. It needs no script and no style. */
const missing = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Kinbox</title>
<h1>Kinbox is up; its page is not there yet</h1>
<p>It is being built, which takes a few seconds: this looks again by itself. If it does not come, the terminal in which Kinbox runs says why.</p>
<p>The server works meanwhile, and so do all other clients.</p></html>
`
