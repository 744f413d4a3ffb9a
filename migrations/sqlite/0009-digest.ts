import { Migration } from '@mikro-orm/migrations'

/** Nobody is lost in Other: the daily digest, who was raised, and what the user has taught about spam. */
export class Digest extends Migration {
  override up(): void {
    this.addSql(`ALTER TABLE message_body ADD COLUMN digest TEXT`)
    this.addSql(`ALTER TABLE conversation ADD COLUMN raised_at INTEGER`)
    this.addSql(`CREATE TABLE digest_done (
      user_id INTEGER PRIMARY KEY REFERENCES user (id),
      day TEXT NOT NULL,
      up_to INTEGER NOT NULL
    ) STRICT`)
    this.addSql(`CREATE TABLE spam_words (
      user_id INTEGER PRIMARY KEY REFERENCES user (id),
      spam INTEGER NOT NULL,
      good INTEGER NOT NULL,
      counts BLOB NOT NULL
    ) STRICT`)
    this.addSql(`CREATE TABLE spam_lesson (
      conversation_id INTEGER PRIMARY KEY REFERENCES conversation (id),
      user_id INTEGER NOT NULL REFERENCES user (id),
      spam INTEGER NOT NULL,
      words BLOB NOT NULL
    ) STRICT`)
    this.addSql(`CREATE INDEX message_stream ON message (user_id, stream, received_at) WHERE stream IS NOT NULL`)
  }
}
