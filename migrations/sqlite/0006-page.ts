import { Migration } from '@mikro-orm/migrations'

/** What the page needs: a message knows the clientId that it was sent with. */
export class Page extends Migration {
  override up(): void {
    this.addSql(`CREATE INDEX client_write_object ON client_write (user_id, object)`)
  }
}
