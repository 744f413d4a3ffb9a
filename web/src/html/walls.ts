/**
 * Walls 3 and 4 of 4. The frame runs no script and has no origin of its own; popups are for links, which people open. Its
 * document may load nothing but style sheets and pictures that our own server hands out by signed links.
 */
export const sandbox = 'allow-popups allow-popups-to-escape-sandbox'

export function framePolicy(origin: string): string {
  return `default-src 'none'; style-src ${origin}/v1/blobs/; img-src ${origin}/v1/blobs/ ${origin}/v1/remote; form-action 'none'; base-uri 'none'`
}
