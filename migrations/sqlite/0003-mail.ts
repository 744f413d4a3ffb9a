import { Migration } from '@mikro-orm/migrations'

/** Mail: what is in a file against what it is called, and a small picture of it; how far what follows the log has come. */
export class Mail extends Migration {
  override up(): void {
    this.addSql(`ALTER TABLE attachment ADD COLUMN warning TEXT`)
    this.addSql(`ALTER TABLE attachment ADD COLUMN thumbnail BLOB`)
    this.addSql(`ALTER TABLE attachment ADD COLUMN thumbnail_size INTEGER`)
    this.addSql(`ALTER TABLE attachment ADD COLUMN thumbnail_width INTEGER`)
    this.addSql(`ALTER TABLE attachment ADD COLUMN thumbnail_height INTEGER`)
    this.addSql(`CREATE TABLE follower (
      name TEXT PRIMARY KEY,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`)
  }
}
