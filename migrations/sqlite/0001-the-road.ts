import { Migration } from '@mikro-orm/migrations'

/** The first schema. A published migration is never edited: ../schema.sql says what all of them make together. */
export class TheRoad extends Migration {
  override up(): void {
    this.addSql(`CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE TABLE user (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE COLLATE NOCASE,
      password TEXT,
      settings TEXT NOT NULL DEFAULT '{}',
      created_at INTEGER NOT NULL,
      rev INTEGER NOT NULL DEFAULT 1
    ) STRICT`)
    this.addSql(`CREATE TABLE login (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      kind TEXT NOT NULL CHECK (kind IN ('token', 'session')),
      name TEXT NOT NULL,
      hash BLOB NOT NULL UNIQUE,
      created_at INTEGER NOT NULL,
      used_at INTEGER,
      expires_at INTEGER,
      revoked_at INTEGER,
      rev INTEGER NOT NULL DEFAULT 1
    ) STRICT`)
    this.addSql(`CREATE INDEX login_user ON login (user_id)`)
    this.addSql(`CREATE TABLE user_log (user_id INTEGER PRIMARY KEY REFERENCES user (id), head INTEGER NOT NULL DEFAULT 0, floor INTEGER NOT NULL DEFAULT 0) STRICT`)
    this.addSql(`CREATE TABLE event (
      user_id INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      at INTEGER NOT NULL,
      type TEXT NOT NULL,
      object INTEGER NOT NULL,
      rev INTEGER NOT NULL,
      data TEXT NOT NULL,
      PRIMARY KEY (user_id, seq)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE TABLE account (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      settings BLOB NOT NULL,
      hook TEXT NOT NULL UNIQUE,
      status TEXT NOT NULL CHECK (status IN ('connecting', 'live', 'retrying', 'login-needed', 'stopped')),
      error TEXT,
      cursor_live TEXT,
      cursor_history TEXT,
      history_done INTEGER NOT NULL DEFAULT 0,
      backfill TEXT,
      created_at INTEGER NOT NULL,
      removed_at INTEGER,
      rev INTEGER NOT NULL DEFAULT 1
    ) STRICT`)
    this.addSql(`CREATE INDEX account_user ON account (user_id)`)
    this.addSql(`CREATE TABLE gap (
      id INTEGER PRIMARY KEY,
      account_id INTEGER NOT NULL REFERENCES account (id),
      since INTEGER NOT NULL,
      until INTEGER,
      filled_at INTEGER
    ) STRICT`)
    this.addSql(`CREATE INDEX gap_account ON gap (account_id)`)
    this.addSql(`CREATE TABLE identity (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      account_id INTEGER REFERENCES account (id),
      kind TEXT NOT NULL,
      address TEXT NOT NULL,
      name TEXT,
      signature TEXT,
      rev INTEGER NOT NULL DEFAULT 1,
      UNIQUE (user_id, kind, address)
    ) STRICT`)
    this.addSql(`CREATE TABLE contact (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      name TEXT NOT NULL,
      named_by TEXT NOT NULL CHECK (named_by IN ('nobody', 'message', 'user')),
      friend INTEGER NOT NULL DEFAULT 0,
      blocked INTEGER NOT NULL DEFAULT 0,
      notes TEXT,
      redirect_to INTEGER REFERENCES contact (id),
      rev INTEGER NOT NULL DEFAULT 1
    ) STRICT`)
    this.addSql(`CREATE INDEX contact_user ON contact (user_id, redirect_to)`)
    this.addSql(`CREATE INDEX contact_friend ON contact (user_id) WHERE friend = 1`)
    this.addSql(`CREATE TABLE address (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      kind TEXT NOT NULL,
      address TEXT NOT NULL,
      name TEXT,
      contact_id INTEGER NOT NULL REFERENCES contact (id),
      verified_at INTEGER,
      last_in_at INTEGER,
      last_out_at INTEGER,
      UNIQUE (user_id, kind, address)
    ) STRICT`)
    this.addSql(`CREATE INDEX address_contact ON address (contact_id)`)
    this.addSql(`CREATE TABLE reach (
      user_id INTEGER NOT NULL REFERENCES user (id),
      own TEXT NOT NULL,
      peer TEXT NOT NULL,
      reachable INTEGER NOT NULL,
      reason TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (user_id, own, peer)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE TABLE merge (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      contact_id INTEGER NOT NULL REFERENCES contact (id),
      before TEXT NOT NULL,
      at INTEGER NOT NULL,
      undone_at INTEGER
    ) STRICT`)
    this.addSql(`CREATE INDEX merge_contact ON merge (contact_id)`)
    this.addSql(`CREATE TABLE conversation (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      kind TEXT NOT NULL CHECK (kind IN ('person', 'group', 'list', 'system')),
      title TEXT NOT NULL,
      contact_id INTEGER REFERENCES contact (id),
      people TEXT,
      folder TEXT NOT NULL CHECK (folder IN ('inbox', 'other')),
      because TEXT NOT NULL,
      routed INTEGER NOT NULL DEFAULT 0,
      archived_at INTEGER,
      pinned INTEGER NOT NULL DEFAULT 0,
      muted_until INTEGER,
      labels TEXT NOT NULL DEFAULT '[]',
      unread INTEGER NOT NULL DEFAULT 0,
      last_message_id INTEGER,
      last_at INTEGER NOT NULL DEFAULT 0,
      redirect_to INTEGER REFERENCES conversation (id),
      rev INTEGER NOT NULL DEFAULT 1
    ) STRICT`)
    this.addSql(`CREATE INDEX conversation_list ON conversation (user_id, folder, last_at, id) WHERE redirect_to IS NULL AND archived_at IS NULL AND last_at > 0`)
    this.addSql(`CREATE INDEX conversation_archive ON conversation (user_id, folder, last_at, id) WHERE redirect_to IS NULL AND archived_at IS NOT NULL AND last_at > 0`)
    this.addSql(`CREATE INDEX conversation_contact ON conversation (contact_id) WHERE contact_id IS NOT NULL`)
    this.addSql(`CREATE INDEX conversation_people ON conversation (user_id, people) WHERE people IS NOT NULL AND redirect_to IS NULL`)
    this.addSql(`CREATE INDEX conversation_unread ON conversation (user_id, folder, unread) WHERE unread > 0 AND redirect_to IS NULL AND archived_at IS NULL`)
    this.addSql(`CREATE TABLE strand (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      key TEXT NOT NULL,
      address_id INTEGER REFERENCES address (id),
      conversation_id INTEGER NOT NULL REFERENCES conversation (id),
      unread INTEGER NOT NULL DEFAULT 0,
      last_message_id INTEGER,
      last_at INTEGER NOT NULL DEFAULT 0,
      UNIQUE (user_id, key)
    ) STRICT`)
    this.addSql(`CREATE INDEX strand_conversation ON strand (conversation_id)`)
    this.addSql(`CREATE INDEX strand_address ON strand (address_id) WHERE address_id IS NOT NULL`)
    this.addSql(`CREATE TABLE strand_member (
      strand_id INTEGER NOT NULL REFERENCES strand (id),
      address_id INTEGER NOT NULL REFERENCES address (id),
      PRIMARY KEY (strand_id, address_id)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE INDEX strand_member_address ON strand_member (address_id)`)
    this.addSql(`CREATE TABLE topic (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      subject TEXT NOT NULL,
      redirect_to INTEGER REFERENCES topic (id),
      rev INTEGER NOT NULL DEFAULT 1
    ) STRICT`)
    this.addSql(`CREATE TABLE topic_ref (
      user_id INTEGER NOT NULL REFERENCES user (id),
      message_id TEXT NOT NULL,
      topic_id INTEGER NOT NULL REFERENCES topic (id),
      PRIMARY KEY (user_id, message_id)
    ) STRICT, WITHOUT ROWID`)
    this.addSql('CREATE INDEX topic_ref_topic ON topic_ref (topic_id)')
    this.addSql(`CREATE TABLE message (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      strand_id INTEGER NOT NULL REFERENCES strand (id),
      sort_at INTEGER NOT NULL,
      topic_id INTEGER REFERENCES topic (id),
      account_id INTEGER NOT NULL REFERENCES account (id),
      channel TEXT NOT NULL,
      direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
      sender_id INTEGER REFERENCES address (id),
      sender TEXT NOT NULL,
      proof TEXT CHECK (proof IN ('verified', 'weak', 'unverified', 'conflicting')),
      folder TEXT NOT NULL CHECK (folder IN ('inbox', 'other')),
      because TEXT NOT NULL,
      preview TEXT NOT NULL,
      seen INTEGER NOT NULL,
      flagged INTEGER NOT NULL DEFAULT 0,
      automatic TEXT,
      status TEXT,
      message_id TEXT,
      digest BLOB,
      sent_at INTEGER,
      received_at INTEGER NOT NULL,
      rev INTEGER NOT NULL DEFAULT 1
    ) STRICT`)
    this.addSql(`CREATE INDEX message_strand ON message (strand_id, sort_at, id)`)
    this.addSql(`CREATE INDEX message_unseen ON message (strand_id, sort_at, id) WHERE seen = 0`)
    this.addSql(`CREATE INDEX message_message_id ON message (user_id, message_id) WHERE message_id IS NOT NULL`)
    this.addSql(`CREATE INDEX message_topic ON message (topic_id, sort_at, id) WHERE topic_id IS NOT NULL`)
    this.addSql(`CREATE TABLE message_body (
      message_id INTEGER PRIMARY KEY REFERENCES message (id),
      subject TEXT,
      text TEXT NOT NULL,
      quoted TEXT,
      html TEXT,
      recipients TEXT NOT NULL,
      refs TEXT NOT NULL,
      unreadable TEXT,
      raw_digest BLOB,
      attachments INTEGER NOT NULL DEFAULT 0
    ) STRICT`)
    this.addSql(`CREATE TABLE place (
      account_id INTEGER NOT NULL REFERENCES account (id),
      remote_id TEXT NOT NULL,
      folder TEXT NOT NULL,
      message_id INTEGER NOT NULL REFERENCES message (id),
      PRIMARY KEY (account_id, remote_id)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE INDEX place_message ON place (message_id)`)
    this.addSql(`CREATE INDEX place_folder ON place (account_id, folder)`)
    this.addSql(`CREATE TABLE raw (
      digest BLOB PRIMARY KEY,
      size INTEGER NOT NULL,
      bytes BLOB
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE TABLE attachment (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      message_id INTEGER REFERENCES message (id),
      digest BLOB NOT NULL,
      name TEXT NOT NULL,
      content_type TEXT NOT NULL,
      size INTEGER NOT NULL,
      inline INTEGER NOT NULL DEFAULT 0,
      content_id TEXT,
      created_at INTEGER NOT NULL
    ) STRICT`)
    this.addSql(`CREATE INDEX attachment_message ON attachment (message_id)`)
    this.addSql(`CREATE TABLE dispatch (
      id INTEGER PRIMARY KEY,
      user_id INTEGER NOT NULL REFERENCES user (id),
      message_id INTEGER NOT NULL REFERENCES message (id),
      account_id INTEGER NOT NULL REFERENCES account (id),
      attempt TEXT NOT NULL UNIQUE,
      state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'uncertain', 'done', 'failed', 'cancelled')),
      prepared TEXT,
      remote_id TEXT,
      because TEXT NOT NULL,
      tries INTEGER NOT NULL DEFAULT 0,
      next_at INTEGER NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT`)
    this.addSql(`CREATE INDEX dispatch_due ON dispatch (account_id, next_at) WHERE state = 'queued'`)
    this.addSql(`CREATE INDEX dispatch_open ON dispatch (state) WHERE state IN ('queued', 'sending', 'uncertain')`)
    this.addSql(`CREATE INDEX dispatch_message ON dispatch (message_id)`)
    this.addSql(`CREATE INDEX dispatch_remote ON dispatch (account_id, remote_id) WHERE remote_id IS NOT NULL`)
    this.addSql(`CREATE TABLE attempt (
      id INTEGER PRIMARY KEY,
      dispatch_id INTEGER NOT NULL REFERENCES dispatch (id),
      kind TEXT NOT NULL,
      address TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('queued', 'sending', 'uncertain', 'sent', 'delivered', 'read', 'failed', 'cancelled')),
      error TEXT,
      at INTEGER NOT NULL
    ) STRICT`)
    this.addSql(`CREATE INDEX attempt_dispatch ON attempt (dispatch_id)`)
    this.addSql(`CREATE TABLE client_write (
      user_id INTEGER NOT NULL REFERENCES user (id),
      client_id TEXT NOT NULL,
      method TEXT NOT NULL,
      digest BLOB NOT NULL,
      object INTEGER NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (user_id, client_id)
    ) STRICT, WITHOUT ROWID`)
    this.addSql(`CREATE INDEX client_write_at ON client_write (at)`)
  }
}
