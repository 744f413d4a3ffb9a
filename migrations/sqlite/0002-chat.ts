import { Migration } from '@mikro-orm/migrations'

/**
 * Chat: messages that are changed, taken back and reacted to; how a contact is answered by choice; when an address was last there.
 * Mail: the order that a text was written in where folding changed it; what a delivery report says.
 */
export class Chat extends Migration {
  override up(): void {
    this.addSql(`ALTER TABLE contact ADD COLUMN via TEXT`)
    this.addSql(`ALTER TABLE address ADD COLUMN last_seen_at INTEGER`)
    this.addSql(`ALTER TABLE message ADD COLUMN edited_at INTEGER`)
    this.addSql(`ALTER TABLE message ADD COLUMN deleted_at INTEGER`)
    this.addSql(`ALTER TABLE message_body ADD COLUMN original TEXT`)
    this.addSql(`ALTER TABLE message_body ADD COLUMN bounces TEXT`)
    this.addSql(`CREATE TABLE reaction (
      message_id INTEGER NOT NULL REFERENCES message (id),
      kind TEXT NOT NULL,
      address TEXT NOT NULL,
      name TEXT,
      emoji TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (message_id, kind, address)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE TABLE amendment (
      account_id INTEGER NOT NULL REFERENCES account (id),
      target TEXT NOT NULL,
      at INTEGER NOT NULL,
      digest BLOB NOT NULL,
      incoming TEXT NOT NULL,
      PRIMARY KEY (account_id, target, at, digest)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE TABLE mark_queue (
      account_id INTEGER NOT NULL REFERENCES account (id),
      remote_id TEXT NOT NULL,
      seen INTEGER NOT NULL,
      tries INTEGER NOT NULL DEFAULT 0,
      next_at INTEGER NOT NULL,
      PRIMARY KEY (account_id, remote_id)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE TABLE apart (
      user_id INTEGER NOT NULL REFERENCES user (id),
      one INTEGER NOT NULL REFERENCES contact (id),
      other INTEGER NOT NULL REFERENCES contact (id),
      PRIMARY KEY (user_id, one, other)
    ) STRICT, WITHOUT ROWID`)
  }
}
