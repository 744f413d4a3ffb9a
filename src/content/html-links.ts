/** The frame's own sheet. Its important words stand in the first layer, which no sheet of a mail can take back. */
const base = `@layer kinbox,sheet,inline;
@layer kinbox{
html{background:#fff;color:#1b1b1b;color-scheme:light}
body{margin:0;padding:12px;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;overflow-wrap:anywhere}
img{max-width:100%;height:auto}
pre{white-space:pre-wrap}
blockquote{margin:0 0 0 8px;padding:0 0 0 12px;border-left:2px solid #c5cbce}
summary{cursor:pointer;color:#525c63}
.k-blocked{outline:1px dashed #7b868c;min-width:24px;min-height:24px}
.k-goes{all:revert!important;display:inline!important;background:#fdf0d2!important;color:#7a4b00!important;font:bold 14px/1.4 system-ui,sans-serif!important;padding:1px 4px!important;margin:0 2px!important;text-decoration:none!important;visibility:visible!important}
a[data-host]:hover::after,a[data-host]:focus-visible::after{content:" \\2192  " attr(data-host)!important;font:12px/1.4 system-ui,sans-serif!important;color:#525c63!important;background:#fff!important}
}
`

/** Signed links for what a safe mail names: its own parts always, what lies outside only where the reader asked for it. */
export type Links = { part(blobId: string): string, remote: ((url: string) => string) | null }

/** The HTML with a `data-src` at each picture that has a link. In safe HTML (html.ts) these names stand nowhere but in its own attributes. */
export function linkedHtml(html: string, { part, remote }: Links): string {
  const parts = html.replace(/ data-cid="([^"]*)"/g, (all, id: string) => `${all} data-src="${attribute(part(id))}"`)
  return remote === null ? parts : parts.replace(/ data-remote="([^"]*)"/g, (all, url: string) => `${all} data-src="${attribute(remote(plain(url)))}"`)
}

/** The whole style sheet of a mail's frame. */
export function linkedCss(css: string, { part }: Links): string {
  return base + css.replace(/url\(part:([^)]*)\)/g, (_all, id: string) => `url("${part(id)}")`)
}

const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
const plain = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
