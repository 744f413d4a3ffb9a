import { Migration } from '@mikro-orm/migrations'

/** An id that clients have seen is never given again, not even after its row was deleted and the server restarted. */
export class Ids extends Migration {
  override up(): void {
    this.addSql(`CREATE TABLE id_mark (
      name TEXT PRIMARY KEY,
      id INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`)
    for (const name of ['message', 'conversation', 'contact', 'address', 'topic', 'attachment', 'merge', 'login', 'identity', 'rule', 'screening']) {
      this.addSql(`CREATE TRIGGER ${name}_deleted AFTER DELETE ON ${name} BEGIN
        INSERT INTO id_mark (name, id) VALUES ('${name}', OLD.id) ON CONFLICT DO UPDATE SET id = max(id, excluded.id);
      END`)
    }
  }
}
