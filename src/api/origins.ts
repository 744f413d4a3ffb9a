const loopback = ['127.0.0.1', 'localhost', '[::1]']

/**
 * The origins whose pages may open a socket or log in: the server's own addresses and those of the options.
 * `port` is the one it listens on. Throws when a listed origin is none: an error for whoever starts the server.
 */
export function allowedOrigins({ publicUrl, host, port, origins }: { publicUrl: string | null, host: string, port: number, origins: readonly string[] }): ReadonlySet<string> {
  const named = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  const hosts = loopback.includes(named) ? loopback : [named]
  return new Set([
    ...hosts.map(one => new URL(`http://${one}:${port}`).origin),
    ...[...(publicUrl ? [publicUrl] : []), ...origins].map(text => {
      const url = URL.canParse(text) ? new URL(text) : null
      if (!url || url.origin === 'null') throw new Error(`"${text}" is no origin; write it like https://inbox.example.org`)
      return url.origin
    })
  ])
}

/** RFC 6454 section 7: an Origin header is compared as it stands; "null" and lists are never allowed. */
export function originAllowed(allowed: ReadonlySet<string>, origin: string | undefined): boolean {
  return origin === undefined || allowed.has(origin)
}
