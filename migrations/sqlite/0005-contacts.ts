import { Migration } from '@mikro-orm/migrations'

/** People: what a merge made of the first of them, so that merges are undone in any order; pictures; the cards of address books. */
export class Contacts extends Migration {
  override up(): void {
    this.addSql(`ALTER TABLE merge ADD COLUMN after TEXT`)
    this.addSql(`CREATE INDEX merge_user ON merge (user_id, id) WHERE undone_at IS NULL`)
    this.addSql(`CREATE TABLE photo (
      contact_id INTEGER PRIMARY KEY REFERENCES contact (id),
      type TEXT NOT NULL,
      version INTEGER NOT NULL,
      bytes BLOB NOT NULL
    ) STRICT`)
    this.addSql(`CREATE TABLE card (
      account_id INTEGER NOT NULL REFERENCES account (id),
      remote_id TEXT NOT NULL,
      version TEXT NOT NULL,
      contact_id INTEGER REFERENCES contact (id),
      contact_rev INTEGER NOT NULL,
      base TEXT NOT NULL,
      befriended INTEGER NOT NULL DEFAULT 0,
      tries INTEGER NOT NULL DEFAULT 0,
      next_at INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (account_id, remote_id)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE INDEX card_contact ON card (contact_id) WHERE contact_id IS NOT NULL`)
  }
}
