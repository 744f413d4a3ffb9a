import { Migration } from '@mikro-orm/migrations'

/**
 * Growth: what is not over of what was sent, found without what is. The bytes of messages lie in the order they came; sorted by
 * their digest, every message would bring another page of the largest table to the disk, and not only of an index.
 * No index for a folder's places: they are only asked for when a network numbers a folder anew, and each message would pay for it.
 */
export class Growth extends Migration {
  override up(): void {
    this.addSql(`CREATE INDEX dispatch_outbox ON dispatch (user_id, id) WHERE state IN ('queued', 'sending', 'uncertain', 'failed')`)
    this.addSql(`DROP INDEX place_folder`)
    this.addSql(`ALTER TABLE raw RENAME TO raw_before`)
    this.addSql(`CREATE TABLE raw (
      digest BLOB NOT NULL UNIQUE,
      size INTEGER NOT NULL,
      bytes BLOB
    ) STRICT`)
    this.addSql(`INSERT INTO raw (digest, size, bytes) SELECT digest, size, bytes FROM raw_before`)
    this.addSql(`DROP TABLE raw_before`)
    this.addSql(`CREATE INDEX raw_file ON raw (digest, size) WHERE bytes IS NULL`)
  }
}
