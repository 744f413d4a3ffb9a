import { Migration } from '@mikro-orm/migrations'

/** Who gets into the inbox: rules, through whom somebody is known, who waits, whom the user blocked, streams of what machines send. */
export class Trust extends Migration {
  override up(): void {
    this.addSql(`ALTER TABLE user ADD COLUMN rules_version INTEGER NOT NULL DEFAULT 0`)
    this.addSql(`ALTER TABLE contact ADD COLUMN blocked_at INTEGER`)
    this.addSql(`ALTER TABLE conversation ADD COLUMN blocked_at INTEGER`)
    this.addSql(`ALTER TABLE conversation ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0`)
    this.addSql(`ALTER TABLE conversation ADD COLUMN stream TEXT`)
    this.addSql(`ALTER TABLE message ADD COLUMN blocked_at INTEGER`)
    this.addSql(`ALTER TABLE message ADD COLUMN folded INTEGER NOT NULL DEFAULT 0`)
    this.addSql(`ALTER TABLE message ADD COLUMN stream TEXT`)
    this.addSql(`ALTER TABLE message_body ADD COLUMN unsubscribe TEXT`)
    this.addSql(`UPDATE contact SET blocked_at = 1 WHERE blocked = 1`)
    this.addSql(`UPDATE conversation SET waiting = 1 WHERE (kind = 'person' OR people IS NOT NULL) AND folder = 'other' AND json_extract(because, '$.rule') IN ('unknown', 'unproven')`)
    this.addSql(`UPDATE message SET stream = CASE automatic WHEN 'list' THEN 'lists' WHEN 'bulk' THEN 'newsletters' ELSE 'notifications' END WHERE automatic IS NOT NULL AND automatic <> 'invitation'`)
    this.addSql(`UPDATE conversation SET stream = CASE kind WHEN 'list' THEN 'lists' ELSE (SELECT m.stream FROM message m WHERE m.id = last_message_id) END WHERE kind IN ('list', 'system')`)
    this.addSql(`DROP INDEX conversation_list`)
    this.addSql(`CREATE INDEX conversation_list ON conversation (user_id, folder, last_at, id) WHERE redirect_to IS NULL AND archived_at IS NULL AND last_at > 0 AND blocked_at IS NULL`)
    this.addSql(`DROP INDEX conversation_archive`)
    this.addSql(`CREATE INDEX conversation_archive ON conversation (user_id, folder, last_at, id) WHERE redirect_to IS NULL AND archived_at IS NOT NULL AND last_at > 0 AND blocked_at IS NULL`)
    this.addSql(`DROP INDEX conversation_unread`)
    this.addSql(`CREATE INDEX conversation_unread ON conversation (user_id, folder, unread) WHERE unread > 0 AND redirect_to IS NULL AND archived_at IS NULL AND blocked_at IS NULL`)
    this.addSql(`CREATE INDEX conversation_blocked ON conversation (user_id, last_at, id) WHERE blocked_at IS NOT NULL AND redirect_to IS NULL AND last_at > 0`)
    this.addSql(`CREATE INDEX conversation_waiting ON conversation (user_id, last_at, id) WHERE waiting = 1 AND blocked_at IS NULL AND redirect_to IS NULL AND archived_at IS NULL AND last_at > 0`)
    this.addSql(`CREATE INDEX conversation_stream ON conversation (user_id, stream, last_at, id) WHERE stream IS NOT NULL AND folder = 'other' AND blocked_at IS NULL AND redirect_to IS NULL AND archived_at IS NULL AND last_at > 0`)
    this.addSql(`CREATE INDEX message_blocked ON message (blocked_at) WHERE blocked_at IS NOT NULL`)
    this.addSql(`CREATE TABLE rule (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      scope TEXT NOT NULL CHECK (scope IN ('address', 'domain', 'list')),
      kind TEXT NOT NULL,
      value TEXT NOT NULL,
      action TEXT NOT NULL CHECK (action IN ('inbox', 'other', 'block')),
      stream TEXT,
      origin TEXT NOT NULL CHECK (origin IN ('user', 'moved', 'replied', 'approved', 'denied', 'blocked', 'spam', 'unsubscribed')),
      at INTEGER NOT NULL,
      rev INTEGER NOT NULL DEFAULT 1,
      UNIQUE (user_id, scope, kind, value)
    ) STRICT`)
    this.addSql(`CREATE TABLE path (
      address_id INTEGER NOT NULL REFERENCES address (id),
      via_id INTEGER NOT NULL REFERENCES address (id),
      kind TEXT NOT NULL CHECK (kind IN ('cc', 'group', 'shared')),
      about TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (address_id, via_id, kind)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE INDEX path_via ON path (via_id)`)
    this.addSql(`CREATE TABLE neighbour (
      address_id INTEGER NOT NULL REFERENCES address (id),
      user_id INTEGER NOT NULL REFERENCES user (id),
      other_id INTEGER NOT NULL REFERENCES user (id),
      PRIMARY KEY (address_id, other_id)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE INDEX neighbour_user ON neighbour (user_id)`)
    this.addSql(`CREATE INDEX neighbour_other ON neighbour (other_id)`)
    this.addSql(`CREATE TABLE speaker (
      strand_id INTEGER NOT NULL REFERENCES strand (id),
      address_id INTEGER NOT NULL,
      PRIMARY KEY (strand_id, address_id)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE TABLE screening (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      conversation_id INTEGER NOT NULL REFERENCES conversation (id),
      decision TEXT NOT NULL CHECK (decision IN ('inbox', 'stream', 'deny', 'block', 'spam')),
      scope TEXT NOT NULL CHECK (scope IN ('sender', 'domain')),
      stream TEXT,
      shown TEXT NOT NULL,
      before TEXT NOT NULL,
      at INTEGER NOT NULL,
      undone_at INTEGER
    ) STRICT`)
    this.addSql(`CREATE INDEX screening_user ON screening (user_id, id)`)
  }
}
