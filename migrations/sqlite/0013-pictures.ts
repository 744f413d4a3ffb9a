import { Migration } from '@mikro-orm/migrations'

/** From whom pictures of other servers are shown unasked, in what is proven to be theirs. */
export class Pictures extends Migration {
  override up(): void {
    this.addSql('ALTER TABLE contact ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0')
  }
}
