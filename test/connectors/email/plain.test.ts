import t from 'tap'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { scanHead } from '../../../connectors/email/head.ts'
import { readBody } from '../../../connectors/email/mime.ts'
import { readPlain } from '../../../connectors/email/plain.ts'
import { canonicalEmail } from '../../../src/connector.ts'
import { readSender } from '../../../connectors/email/sender.ts'

const corpora = process.env['KINBOX_CORPORA'] ?? join(import.meta.dirname, '../../../../shared/corpora')
const mailingList = join(corpora, 'mailing-list/5000.mbox.gz')

const head = 'From: Alice <alice@friend.example>\nTo: ada@example.org\nSubject: Trip\n'
const long = 'The train leaves early and we meet at the bridge before noon. '.repeat(3)
const qp = 'Gr=C3=BC=C3=9Fe aus K=C3=B6ln,=20\nwe meet at =\nnoon.   \nA=3DB\n'
const html = '<p>Hello <b>Ada</b></p>'
const png = Buffer.from('not really a picture, but bytes').toString('base64')

/** What is plain, each with the parts that it must be read into without the library. */
const plain: [name: string, mail: string][] = [
  ['no content type', head + '\nHello\n'],
  ['CRLF', (head + 'Content-Type: text/plain; charset=utf-8\n\nHello\n\nAda\n').replaceAll('\n', '\r\n')],
  ['an empty body', head + '\n'],
  ['UTF-8', head + 'Content-Type: text/plain; charset="UTF-8"\nContent-Transfer-Encoding: 8bit\n\nGrüße aus Köln\n'],
  ['quoted-printable', head + 'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n' + qp],
  ['base64', head + `Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${Buffer.from('Grüße\n'.repeat(30)).toString('base64').replace(/.{76}/g, '$&\n')}\n`],
  ['flowed', head + `Content-Type: text/plain; charset=us-ascii; format=flowed\n\n${long.replace(/(.{50}) /g, '$1 \n')}\n> quoted \n> on\n  stuffed\n-- \nAlice\n`],
  ['flowed, spaces away', head + 'Content-Type: text/plain; format=flowed; delsp=yes\n\nHel \nlo \n\nAda\n'],
  ['HTML', head + `Content-Type: text/html; charset=utf-8\n\n${html}\n`],
  ['an alternative', head + `Content-Type: multipart/alternative; boundary="b=1"\n\npreamble\n--b=1\nContent-Type: text/plain; charset=utf-8\n\nHello Ada\n\n--b=1\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n${html.replaceAll('=', '=3D')}\n--b=1--\nepilogue\n`],
  ['an attachment', head + `Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nSee it.\n--b\nContent-Type: image/png; name="a.png"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="a.png"\n\n${png}\n--b--\n`],
  ['a picture within', (head + `Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain\n\nSee\n--a\nContent-Type: text/html\n\n<img src="cid:1@x">\n--a--\n\n--r\nContent-Type: image/png\nContent-ID: <1@x>\nContent-Transfer-Encoding: base64\n\n${png}\n--r--\n`).replaceAll('\n', '\r\n')],
  ['a text that is attached', head + 'Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee it.\n--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=notes.txt\n\nthe notes\n--b--\n'.replace('--b\n\nSee', '--b\nContent-Type: text/plain\n\nSee')]
]

/** What is not, for one reason each. */
const unusual: [name: string, mail: string][] = [
  ['two From', head + 'From: bob@friend.example\n\nHello\n'], ['damage in the head', head + 'no field\n\nHello\n'], ['an unknown charset', head + 'Content-Type: text/plain; charset=x-unknown\n\nHello\n'],
  ['8 bit without a label', head + '\nGrüße\n'], ['broken UTF-8', head + 'Content-Type: text/plain; charset=utf-8\n\n\xff\xfe broken\n'], ['broken quoted-printable', head + 'Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\na =ZZ b\n'],
  ['broken base64', head + 'Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGVsbG8*\n'], ['no end of a multipart', head + 'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello\n'],
  ['a message within', head + 'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nFrom: bob@friend.example\n\nHello\n--b--\n'], ['two texts', head + 'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello\n--b\nContent-Type: text/plain\n\nAda\n--b--\n'],
  ['an encoded name', head + 'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello\n--b\nContent-Type: image/png; name="=?utf-8?Q?a?="\nContent-Disposition: attachment\n\nx\n--b--\n'],
  ['two types', head + 'Content-Type: text/plain\nContent-Type: text/html\n\nHello\n'], ['ISO-2022-JP', head + 'Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$3\x1b(B\n']
]

/** Reads both ways. `same` is null where the library has to do it. */
async function both(raw: Uint8Array) {
  const read = scanHead(raw)
  const quick = readPlain(raw, read, readSender(read).sender.address)
  return { quick, whole: quick && await readBody(raw, 500) }
}

/** As far as a mail is shown: the library leaves line ends at the end of a part or takes them away, as its pieces fall. */
const shown = (body: Awaited<ReturnType<typeof readBody>> | null) => body && { ...body, from: body.from.map(canonicalEmail), text: body.text.trim(), html: body.html.trimEnd(), parts: body.parts.map((part) => ({ ...part, content: Buffer.from(part.content) })) }

t.test('a mail written as the standards say is read as the library reads it, without it', async (t) => {
  for (const [name, mail] of plain) {
    const { quick, whole } = await both(Buffer.from(mail))
    t.ok(quick, name)
    t.same(shown(quick), shown(whole), name)
  }
})

t.test('what is out of the way is left to the library', async (t) => {
  for (const [name, mail] of unusual) t.equal((await both(Buffer.from(mail, 'latin1'))).quick, null, name)
})

for (const folder of ['mime', 'quotes', 'bounces']) {
  t.test(`every mail of ${folder} that is read without the library is read as it reads it`, { skip: !existsSync(join(corpora, folder)) && `there is no ${folder} in KINBOX_CORPORA` }, async (t) => {
    let quickly = 0
    const all = readdirSync(join(corpora, folder))
    for (const name of all) {
      const { quick, whole } = await both(readFileSync(join(corpora, folder, name)))
      if (quick) quickly++
      if (JSON.stringify(shown(quick)) !== JSON.stringify(shown(whole))) t.same(shown(quick), shown(whole), name)
    }
    t.comment(`${quickly} of ${all.length} without the library`)
    t.ok(quickly > 0)
  })
}

t.test('every mail of a mailing list that is read without the library is read as it reads it', { skip: !existsSync(mailingList) && 'there is no mailing list in KINBOX_CORPORA' }, async (t) => {
  const mails = gunzipSync(readFileSync(mailingList)).toString('latin1').split(/^From mboxrd@z.*\n/m).slice(1)
  let quickly = 0
  for (const [i, mail] of mails.entries()) {
    const { quick, whole } = await both(Buffer.from(mail, 'latin1'))
    if (quick) quickly++
    if (JSON.stringify(shown(quick)) !== JSON.stringify(shown(whole))) t.same(shown(quick), shown(whole), String(i))
  }
  t.comment(`${quickly} of ${mails.length} without the library`)
  t.ok(quickly > mails.length * 0.8, `${quickly} of ${mails.length}`)
})
