import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const words = 'the train leaves early and we should meet at the bridge before noon so bring the map with rope lunch perhaps two jackets because weather turns quickly up there yesterday nobody knew whether the hut would open again this summer but the keeper wrote that it does'.split(' ')

/** Repeats itself from run to run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor(state / 2 ** 32 * below)
  }
}

/**
 * An archive as people have one, some 5 KB a mail: of twenty mails fourteen plain, five with formatted text beside it and one with a file;
 * two of three answer within a thread, with what they answer quoted; one of ten is the user's own.
 */
export function* archive(count: number, seed = 20260102): Generator<string> {
  const random = randomOf(seed)
  const threads: { refs: string[], subject: string, said: string[], with: number }[] = []
  const text = () => Array.from({ length: 6 + random(8) }, () => Array.from({ length: 8 + random(5) }, () => words[random(words.length)]! + (random(40) === 0 ? random(10000) : '')).join(' '))
  const people = Math.max(20, Math.floor(count / 25))
  for (let n = 0; n < count; n++) {
    const at = new Date(Date.UTC(2010, 0, 1) + n * 3_600_000)
    const answers = threads.length > 0 && random(3) > 0
    const thread = answers ? threads[threads.length - 1 - random(Math.min(threads.length, 200))]! : { refs: [], subject: Array.from({ length: 4 }, () => words[random(words.length)]).join(' '), said: [], with: random(people) }
    if (!answers) threads.push(thread)
    const person = `Person ${thread.with} <person${thread.with}@friend${thread.with % 50}.example>`
    const own = random(10) === 0
    const [from, to] = own ? ['Ada <ada@example.org>', person] : [person, 'Ada <ada@example.org>']
    const id = `${n}.${random(2 ** 31).toString(36)}@friend.example`
    const said = text()
    const body = [...said, '', ...thread.said.length ? [`On ${at.toUTCString()}, somebody wrote:`, ...thread.said.map((line) => '> ' + line)] : []]
    const head = [
      ...own ? [] : [`Return-Path: <person${thread.with}@friend.example>`, 'Delivered-To: ada@example.org', ...Array.from({ length: 3 }, (_, i) => `Received: from mx${i}.friend.example (mx${i}.friend.example [192.0.2.${i + 1}])\n\tby mx.example.org (Postfix) with ESMTPS id ${random(2 ** 31).toString(36)}\n\tfor <ada@example.org>; ${at.toUTCString().replace('GMT', '+0000')}`)],
      `From: ${from}`, `To: ${to}`, `Subject: ${answers ? 'Re: ' : ''}${thread.subject}`, `Date: ${at.toUTCString().replace('GMT', '+0000')}`, `Message-ID: <${id}>`,
      ...thread.refs.length ? [`In-Reply-To: <${thread.refs.at(-1)}>`, `References: ${thread.refs.slice(-10).map((ref) => `<${ref}>`).join('\n\t')}`] : [], 'User-Agent: Mail 1.0', 'MIME-Version: 1.0'
    ]
    const plain = body.join('\n')
    const kind = random(20)
    const html = `<html><body>${body.map((line) => `<p style="margin:0">${line.replaceAll('>', '&gt;')}</p>`).join('\n')}</body></html>`
    const content = kind < 14 ? `Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n${plain}`
      : kind < 19 ? `Content-Type: multipart/alternative; boundary="b${n}"\n\n--b${n}\nContent-Type: text/plain; charset=utf-8\n\n${plain}\n--b${n}\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n${html.replaceAll('=', '=3D')}\n--b${n}--`
        : `Content-Type: multipart/mixed; boundary="b${n}"\n\n--b${n}\nContent-Type: text/plain; charset=utf-8\n\n${plain}\n--b${n}\nContent-Type: image/png; name="p${n}.png"\nContent-Disposition: attachment; filename="p${n}.png"\nContent-Transfer-Encoding: base64\n\n${Buffer.from(Array.from({ length: 6000 }, () => random(256))).toString('base64').replace(/.{76}/g, '$&\n')}\n--b${n}--`
    yield `From ${from.replace(/.*<|>/g, '')} ${at.toUTCString()}\n${head.join('\n')}\n${content.replace(/^(>*From )/gm, '>$1')}\n\n`
    thread.refs = [...thread.refs, id].slice(-20)
    thread.said = said
  }
}

/** The archive as an mbox file. */
export async function writeMbox(path: string, count: number): Promise<void> {
  await pipeline(Readable.from(archive(count)), createWriteStream(path))
}
