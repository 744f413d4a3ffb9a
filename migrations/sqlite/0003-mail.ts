import { Migration } from '@mikro-orm/migrations'

/** Mail: what is in a file against what it is called, and a small picture of it; how far what follows the log has come. */
export class Mail extends Migration {
  override up(): void {
    this.addSql(`ALTER TABLE attachment ADD COLUMN warning TEXT`)
    this.addSql(`ALTER TABLE attachment ADD COLUMN thumbnail BLOB`)
    this.addSql(`ALTER TABLE attachment ADD COLUMN thumbnail_size INTEGER`)
    this.addSql(`ALTER TABLE attachment ADD COLUMN thumbnail_width INTEGER`)
    this.addSql(`ALTER TABLE attachment ADD COLUMN thumbnail_height INTEGER`)
    this.addSql(`ALTER TABLE message_body ADD COLUMN cards TEXT`)
    this.addSql(`CREATE TABLE follower (
      name TEXT PRIMARY KEY,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`ALTER TABLE topic ADD COLUMN named INTEGER NOT NULL DEFAULT 0`)
    this.addSql(`ALTER TABLE topic_ref ADD COLUMN present INTEGER NOT NULL DEFAULT 0`)
    this.addSql(`UPDATE topic_ref SET present = 1 WHERE EXISTS (SELECT 1 FROM message m WHERE m.user_id = topic_ref.user_id AND m.message_id = topic_ref.message_id AND m.topic_id IS NOT NULL)`)
    this.addSql(`CREATE TABLE topic_claim (
      user_id INTEGER NOT NULL REFERENCES user (id),
      child TEXT NOT NULL,
      parent TEXT NOT NULL,
      PRIMARY KEY (user_id, child, parent)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE TABLE topic_cut (
      message_id INTEGER PRIMARY KEY REFERENCES message (id),
      user_id INTEGER NOT NULL REFERENCES user (id)
    ) STRICT`)
    this.addSql(`CREATE TABLE topic_link (
      user_id INTEGER NOT NULL REFERENCES user (id),
      one TEXT NOT NULL,
      other TEXT NOT NULL,
      PRIMARY KEY (user_id, one, other)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE TABLE bookmark (
      account_id INTEGER NOT NULL REFERENCES account (id),
      path TEXT NOT NULL,
      size INTEGER NOT NULL,
      changed INTEGER NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (account_id, path)
    ) STRICT, WITHOUT ROWID`)
  }
}
