import { generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'

/** Domains with real keys: what they publish in DNS, and mails that they sign (RFC 6376). */
export function signingDomain(domain: string, policy: 'none' | 'reject' = 'reject'): { records: Record<string, string>, sign(mail: string): Promise<string> } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const key = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
  return {
    records: { [`k._domainkey.${domain}`]: `v=DKIM1; k=ed25519; p=${key}`, [`_dmarc.${domain}`]: `v=DMARC1; p=${policy}` },
    async sign(mail) {
      const signature = { signingDomain: domain, selector: 'k', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, signTime: new Date() }
      const { signatures, errors } = await dkimSign(mail, { ...signature, signatureData: [signature] })
      if (!signatures) throw new Error('not signed: ' + JSON.stringify(errors))
      return signatures + mail
    }
  }
}

let mails = 0

/** A plain mail as its sender's server hands it over. `head` are whole header lines in place of From. */
export function plainMail({ from, head, to = 'Ada <ada@example.org>', subject = 'Hello', text, id, more = [] }: { from?: string, head?: string, to?: string, subject?: string, text: string, id?: string, more?: string[] }): string {
  return [
    head ?? `From: ${from}`, `To: ${to}`, `Subject: ${subject}`, `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`, `Message-ID: <${id ?? `test-${++mails}@mail.example`}>`,
    'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', ...more, '', text, ''
  ].join('\r\n')
}
