import { Migration } from '@mikro-orm/migrations'

/** Blocks that end wholly, and what proves that a mail is one of its list. */
export class Bonds extends Migration {
  override up(): void {
    this.addSql(`CREATE INDEX message_folded ON message (user_id, json_extract(sender, '$.kind'), json_extract(sender, '$.address')) WHERE folded = 1`)
    this.addSql(`ALTER TABLE message ADD COLUMN signers TEXT`)
  }
}
