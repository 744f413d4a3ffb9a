import { Migration } from '@mikro-orm/migrations'

/** Proof: what friends look like, so that others who look like them are noticed; mail whose proof is looked for again; who must be wholly proven. */
export class ProofOfSenders extends Migration {
  override up(): void {
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
  }
}
