import fc from 'fast-check'
import t from 'tap'
import { linkedCss, linkedHtml } from '../../src/content/html-links.ts'
import { otherPlace, readLink } from '../../src/content/html-link.ts'
import { safeSheet, safeStyle } from '../../src/content/html-style.ts'
import { safeHtml } from '../../src/content/html.ts'

const safe = (html: string, parts: [string, string][] = []) => safeHtml(html, new Map(parts))
const noPart = () => null

t.test('what may stay and what may not', async (t) => {
  const cases: [string, string, string][] = [
    ['words', 'Hello <b>you</b> &amp; me &lt;3', 'Hello <b>you</b> &amp; me &lt;3'],
    ['scripts, styles and titles go with their content', '<title>t</title><script>x</script><style>p{}</style>a<noscript>b</noscript>', 'ab'],
    ['drawings and formulas go', 'a<svg><text>x</text><svg></svg></svg>b<math><mi>y</mi></math>c', 'abc'],
    ['unknown elements leave their words', '<o:p>a</o:p><custom-x>b</custom-x><blink>c</blink>', 'abc'],
    ['forms leave their words', '<form action="http://x"><input value=v><button>Send</button><select><option>one</select></form>', 'Send'],
    ['handlers and unknown attributes', '<p onclick="x" id="a" data-x="1" ALIGN=center>a', '<p align="center">a</p>'],
    ['comments and conditions', 'a<!-- <b>x</b> --><!--[if mso]>x<![endif]--><![if !mso]>b<![endif]><?php x ?>c', 'abc'],
    ['elements are closed', '<div><p>a<p>b<ul><li>c<li>d</div>e', '<div><p>a</p><p>b</p><ul><li>c</li><li>d</li></ul></div>e'],
    ['end tags that do not belong', '</div><table><tr><td>a</div></p></table></span>b', '<table><tr><td>a</td></tr></table>b'],
    ['a page becomes a block', '<html><body bgcolor="#ffffff" onload=x>a</body></html>', '<div bgcolor="#ffffff">a</div>'],
    ['signs that turn the writing', 'a\u202eb\u202dc\0', 'abc'],
    ['quotes in values', `<p title='a"><script>x</script>'>b`, '<p title="a&quot;&gt;&lt;script&gt;x&lt;/script&gt;">b</p>']
  ]
  for (const [name, html, expected] of cases) t.equal(safe(html).html, expected, name)
})

t.test('pictures have no source until somebody gives them one', async (t) => {
  const made = safe('<img src="cid:logo%40x" alt=Logo width=20><img src="cid:none" alt="not there"><img src="https://t.example/a.png?x=1&amp;y=2" alt=A><img src="https://t.example/p.gif" width=1 height="1"><img src="http://t.example/q" style="width:1px;height:1px"><img src="data:image/png;base64,xx"><img srcset="http://x 1x" alt="s"><img src="file:///etc/passwd" alt=f>', [['logo@x', 'b7']])
  t.equal(made.html, '<img alt="Logo" width="20" data-cid="b7"><img alt="not there"><img alt="A" data-remote="https://t.example/a.png?x=1&amp;y=2"><img alt="s"><img alt="f">')
  t.equal(made.remote, 1, 'pixels that only count readers are not even offered')
  const part = (id: string) => `/v1/blobs/${id}?s="&`
  t.match(linkedHtml(made.html, { part, remote: null }), 'data-cid="b7" data-src="/v1/blobs/b7?s=&quot;&amp;"')
  t.notMatch(linkedHtml(made.html, { part, remote: null }), /data-remote="[^"]*" data-src/)
  const asked: string[] = []
  t.match(linkedHtml(made.html, { part, remote: (url) => (asked.push(url), '/v1/remote?1') }), 'data-src="/v1/remote?1"')
  t.same(asked, ['https://t.example/a.png?x=1&y=2'])
  const named = safe('<p title=\' data-cid="b9"\'> data-cid="b9" &quot;</p>').html
  t.notMatch(linkedHtml(named, { part, remote: null }), 'data-src', 'words cannot ask for a link')
})

t.test('links go where they say, or it is said', async (t) => {
  t.equal(safe('<a href="https://a.example.com/x" onclick=y target=_self>here</a>').html, '<a href="https://a.example.com/x" data-host="a.example.com" target="_blank" rel="noopener noreferrer nofollow">here</a>')
  for (const href of ['javascript:alert(1)', ' java\nscript:alert(1)', 'JAVASCRIPT:x', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', '#top', '/inbox', '//evil.test/x', 'x', 'cid:a', 'http://', 'blob:http://x/y', 'about:blank']) t.equal(readLink(href), null, href)
  t.same(readLink('https://friend.example@evil.test/'), { href: 'https://evil.test/', host: 'evil.test' })
  t.same(readLink('https://fr\u0456end.com/'), { href: 'https://xn--frend-o2e.com/', host: 'xn--frend-o2e.com' }, 'a letter that only looks alike')
  const says = (words: string, href: string) => otherPlace(words, readLink(href)!)
  t.equal(says('www.bank.com', 'https://evil.test/'), 'www.bank.com')
  t.equal(says('Go to https://bank.com/login now', 'https://bank.com.evil.test/'), 'bank.com')
  t.equal(says('alice@bank.com', 'mailto:mallory@evil.test'), 'bank.com')
  t.equal(says('bank.co.uk', 'https://evil.co.uk/'), 'bank.co.uk', 'a public ending is no common owner')
  for (const [words, href] of [['bank.com', 'https://login.bank.com/'], ['Click here', 'https://evil.test/'], ['report.pdf 1.2.3', 'https://x.example/'], ['alice@bank.com', 'mailto:alice@bank.com'], ['www.bank.com', 'tel:+123']] as const) t.equal(says(words, href), null, words)
  t.match(safe('<a href="https://evil.test"><b>www.</b>bank.com</a>').html, /data-says="www\.bank\.com">/, 'over several elements')
})

t.test('styles are parsed and allowed one by one', async (t) => {
  const style = (text: string) => safeStyle(text, (id) => id === 'bg' ? 'part:b3' : null)
  t.equal(style('color:red;font:bold 12px/1.5 "Open Sans",serif;margin:0 auto'), 'color:red;font:bold 12px/1.5"Open Sans",serif;margin:0 auto')
  t.equal(style('background:url(cid:bg) no-repeat;padding:2px!important'), 'background:url(part:b3)no-repeat;padding:2px!important')
  for (const bad of [
    'position:fixed', 'z-index:9', 'background:url(http://x/)', 'background:URL("//x")', 'background:u\\72l(http://x)', 'background-image:image-set("http://x" 1x)', 'list-style:url(cid:bg)', 'width:expression(alert(1))', 'behavior:url(x)', '-moz-binding:url(x)',
    'margin-left:-9999px', 'text-indent:-9999px', 'width:99999999px', 'transform:scale(9)', 'content:"x"', 'color:var(--x)', '--x:url(http://x)', 'width:attr(x)', 'opacity:0', 'cursor:url(x)', 'filter:url(#x)', 'animation:x 1s', 'unicode-bidi:bidi-override', 'font-family:"</style>"', 'color:env(x)', 'background:cross-fade(url(cid:bg),url(http://x))'
  ]) t.equal(style(bad), '', bad)
  t.equal(style('color:red;;}{;x;width:1px'), 'color:red', 'what cannot be read takes what follows with it')
  t.equal(safeSheet('@import "http://x";@font-face{src:url(http://x)}@media (max-width:600px){.a,b>.c{color:red}}.d:hover{color:blue}#i{color:red}a[href]{color:red}p::before{color:red}body{color:green}@media print{@import "x"}', noPart),
    '@media (max-width:600px){.m-a,b>.m-c{color:red}}.m-d:hover{color:blue}.k-mail{color:green}')
  t.equal(safeSheet('.x{color:red}</style><script>', noPart), '.m-x{color:red}')
  t.match(linkedCss('@layer inline{.k0{background:url(part:b3)}}', { part: (id) => `/v1/blobs/${id}?e=1&s=a`, remote: null }), 'url("/v1/blobs/b3?e=1&s=a")')
  const { html, css } = safe('<style>.k-goes,.k0{color:red}</style><p class="k0 k-goes" style="color:red">a</p><p style="color:red">b')
  t.equal(html, '<p class="m-k0 m-k-goes k0">a</p><p class="k0">b</p>', 'names of ours cannot be taken, equal styles are one class')
  t.equal(css, '@layer sheet{.m-k-goes,.m-k0{color:red}}@layer inline{.k0{color:red}}')
})

t.test('quotes are folded, unless what is in them is what was meant', async (t) => {
  const quote = '<blockquote type="cite">old</blockquote>'
  const folded = '<details class="k-quote"><blockquote>old</blockquote></details>'
  t.equal(safe('new ' + quote).html, 'new ' + folded)
  t.equal(safe('new<div class="gmail_quote">Alice wrote' + quote + '</div>').html, 'new<details class="k-quote"><div>Alice wrote<blockquote>old</blockquote></div></details>', 'one fold for a quote in a quote')
  t.equal(safe('<div>new<hr><div id="divRplyFwdMsg">From: Alice</div><p>old</div>').html, '<div>new<hr><details class="k-quote"><div>From: Alice</div><p>old</p></details></div>', 'what follows a head is quoted')
  const opened = folded.replace('">', '" open>')
  t.equal(safe(`a${quote}b${quote}c`).html, `a${opened}b${opened}c`, 'answered piece by piece')
  t.equal(safe(quote).html, opened, 'handed on')
  t.equal(safe(quote + ' below').html, opened + ' below', 'answered below')
})

// At this length a reading that is not linear would not end within the time of the test.
t.test('hostile HTML comes to an end, and what is made of it is bounded', { timeout: 280_000 }, async (t) => {
  const floods: [string, (n: number) => string][] = [
    ['nested', (n) => '<div>'.repeat(n)], ['nested and closed by another name', (n) => '<i>'.repeat(n / 2) + '</b>'.repeat(n / 2)], ['tags', (n) => '<b>x</b>'.repeat(n / 2)], ['attributes', (n) => '<a ' + 'x=1 '.repeat(n) + '>'],
    ['entities', (n) => '&amp;'.repeat(n)], ['less-thans', (n) => '<'.repeat(n)], ['tables', (n) => '<table><tr><td>'.repeat(n / 3)], ['styles', (n) => Array.from({ length: n / 8 }, (_, i) => `<p style="width:${i}px">`).join('')],
    ['a sheet', (n) => '<style>' + 'a{color:red}'.repeat(n / 4)], ['brackets in a style', (n) => `<p style="${'('.repeat(n)}">`], ['quotes', (n) => '<div class=gmail_quote>a'.repeat(n / 4)], ['links', (n) => '<a href=http://x.example>y.example'.repeat(n / 6)], ['comments', (n) => '<!--'.repeat(n)]
  ]
  for (const [name, flood] of floods) {
    const made = safe(flood(240_000))
    t.ok(made.html.length <= 6 * 1024 * 1024 && made.css.length <= 2 * 1024 * 1024, name)
  }
})

t.test('whatever comes, nothing gets through', async (t) => {
  const piece = fc.oneof(
    fc.constantFrom('<', '>', '"', "'", '=', '/', '<!--', '-->', '<![CDATA[', ']]>', '<script>', '</script>', '<style>', '</style>', '<svg>', '<math>', '<p ', '<a href=', '<img src=', ' onerror=', 'javascript:', 'style=', 'url(', '<table>', '<td>', '</td>', '<title>', '<textarea>', '&lt;', '&#60;', '\0', '\n', '<xmp>', '<template>'),
    fc.string({ maxLength: 6 })
  )
  const result = fc.check(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
    const { html } = safe(pieces.join(''))
    const tags = html.match(/<[^>]*>/g) ?? []
    const stack: string[] = []
    for (const tag of tags) {
      if (!/^<\/?[a-z][a-z0-9]*(?: [a-z-]+(?:="[^"<>]*")?)*>$/.test(tag)) throw new Error(`a tag that is none: ${tag}`)
      const name = /^<\/?([a-z0-9]+)/.exec(tag)![1]!
      if (/^(?:script|style|svg|math|iframe|title|textarea|template|xmp|link|meta|base|form|object|embed)$/.test(name) || / on[a-z]+=| style=| src=|javascript:/.test(tag.replace(/(?:alt|title|data-[a-z]+)="[^"]*"/g, ''))) throw new Error(`not allowed: ${tag}`)
      if (tag.startsWith('</')) {
        if (stack.pop() !== name) throw new Error(`not balanced: ${html}`)
      } else if (!/^(?:br|hr|img|wbr|col)$/.test(name)) stack.push(name)
    }
    if (stack.length > 0 || /[<>]/.test(html.replace(/<[^>]*>/g, ''))) throw new Error(`not whole: ${html}`)
  }), { numRuns: 3000, seed: 20261122 })
  t.equal(fc.defaultReportMessage(result) ?? '', '')
})
