import { Migration } from '@mikro-orm/migrations'
import { addressSkeleton, domainSkeleton, nameSkeleton, neighbourhood } from '../../src/model/look-alike.ts'
import { domainOf } from '../../src/model/address.ts'

/** Proof: what friends look like, so that others who look like them are noticed; mail whose proof is looked for again; who must be wholly proven. */
export class ProofOfSenders extends Migration {
  override async up(): Promise<void> {
    this.addSql(`CREATE TABLE likeness (
      user_id INTEGER NOT NULL REFERENCES user (id),
      form TEXT NOT NULL,
      contact_id INTEGER NOT NULL REFERENCES contact (id),
      PRIMARY KEY (user_id, form, contact_id)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE INDEX likeness_contact ON likeness (contact_id)`)
    this.addSql(`CREATE TABLE near_domain (
      user_id INTEGER NOT NULL REFERENCES user (id),
      form TEXT NOT NULL,
      domain TEXT NOT NULL,
      PRIMARY KEY (user_id, form, domain)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE TABLE proof_due (
      message_id INTEGER PRIMARY KEY REFERENCES message (id),
      account_id INTEGER NOT NULL REFERENCES account (id),
      since INTEGER NOT NULL,
      next_at INTEGER NOT NULL,
      tries INTEGER NOT NULL DEFAULT 0
    ) STRICT`)
    this.addSql(`CREATE INDEX proof_due_next ON proof_due (next_at)`)
    this.addSql(`ALTER TABLE contact ADD COLUMN verified_only INTEGER NOT NULL DEFAULT 0`)
    this.addSql(`ALTER TABLE amendment ADD COLUMN said_in TEXT NOT NULL DEFAULT ''`)
    this.addSql(`CREATE INDEX amendment_said ON amendment (account_id, said_in, at)`)

    // Friends there are already; from then on store/look-alikes.ts keeps it.
    const add = (table: string, userId: number, form: string, last: number | string) => this.addSql(`INSERT INTO ${table} VALUES (${userId}, ${quoted(form)}, ${typeof last === 'number' ? last : quoted(last)}) ON CONFLICT DO NOTHING`)
    const friends = await this.execute('SELECT id, user_id, name FROM contact WHERE friend = 1 AND redirect_to IS NULL') as { id: number, user_id: number, name: string }[]
    for (const { id, user_id, name } of friends) if (nameSkeleton(name) !== '') add('likeness', user_id, 'name:' + nameSkeleton(name), id)
    const addresses = await this.execute("SELECT a.address, c.id, c.user_id FROM address a JOIN contact c ON c.id = a.contact_id WHERE c.friend = 1 AND c.redirect_to IS NULL AND instr(a.address, '@') > 0") as { address: string, id: number, user_id: number }[]
    for (const { address, id, user_id } of addresses) {
      const domain = domainOf(address)
      add('likeness', user_id, 'address:' + addressSkeleton(address), id)
      add('likeness', user_id, 'domain:' + domain, id)
      for (const form of neighbourhood(domainSkeleton(domain))) add('near_domain', user_id, form, domain)
    }
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`
