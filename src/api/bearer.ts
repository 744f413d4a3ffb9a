/** The token of an Authorization header (RFC 6750 section 2.1), or null. */
export function bearerOf(header: string | undefined): string | null {
  return /^Bearer +([A-Za-z0-9._~+/=-]{1,200}) *$/i.exec(header ?? '')?.[1] ?? null
}
