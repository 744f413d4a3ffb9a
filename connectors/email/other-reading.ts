import type { AddressObject } from 'mailparser'
import type { Head } from './head.ts'
import { readSender } from './sender.ts'

/** A longer damaged head is not given to the library, which lists of addresses can keep busy or end. */
const MOST = 32 * 1024

/**
 * Whom another program, which repairs damage in its own way, takes for the senders. Where the head is sound, every reader finds the same, and it is not asked.
 * Empty where it cannot tell, or should not be asked.
 */
export async function otherSenders(raw: Buffer, head: Head): Promise<string[]> {
  const { address } = readSender(head).sender
  if (address === null) return []
  if (head.complete && head.fields.every(({ sound }) => sound)) return [address]
  if (head.end > MOST || raw.subarray(0, head.end).toString('latin1').split(/[:;(]/).length > 1000) return []
  const { promise, resolve } = Promise.withResolvers<string[]>()
  const { MailParser } = await import('mailparser')
  const parser = new MailParser({ skipHtmlToText: true, skipTextToHtml: true })
  let from: string[] = []
  parser.on('headers', (headers) => {
    const said = headers.get('from') as AddressObject | undefined
    from = (said?.value ?? []).flatMap((one) => one.group ?? [one]).map((one) => one.address ?? '')
  })
  parser.on('data', (data) => { if (data.type === 'attachment') data.release() })
  parser.on('error', () => resolve([]))
  parser.on('end', () => resolve(from))
  // With the beginning of the body, since it may take some of that for the head.
  parser.end(raw.subarray(0, head.end + 4096))
  return promise
}
