-- The whole schema, to read at a glance. The numbered files in sqlite/ make it; a test holds that both agree.
-- Times are ms since the epoch. Booleans are 0 or 1. JSON is text. Ids are integers given by the writer.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Who may log in -----------------------------------------------------------------------------------------------------

CREATE TABLE user (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  password TEXT,                          -- argon2id, PHC string; NULL: cannot log in by password
  settings TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL,
  rev INTEGER NOT NULL DEFAULT 1,
  rules_version INTEGER NOT NULL DEFAULT 0 -- rises with every change of a rule, and of what the ladder asks
) STRICT;

CREATE TABLE login (                      -- a token or a browser's session; the secret itself is never stored
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  kind TEXT NOT NULL CHECK (kind IN ('token', 'session')),
  name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,              -- SHA-256 of the 256-bit secret
  created_at INTEGER NOT NULL,
  used_at INTEGER,
  expires_at INTEGER,
  revoked_at INTEGER,
  rev INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX login_user ON login (user_id);

-- The log ------------------------------------------------------------------------------------------------------------

CREATE TABLE user_log (user_id INTEGER PRIMARY KEY REFERENCES user (id), head INTEGER NOT NULL DEFAULT 0, floor INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE event (
  user_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  object INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  data TEXT NOT NULL,                     -- model/event.ts EventData
  PRIMARY KEY (user_id, seq)
) STRICT, WITHOUT ROWID;

-- Accounts -----------------------------------------------------------------------------------------------------------

CREATE TABLE account (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  kind TEXT NOT NULL,                     -- the connector's name
  name TEXT NOT NULL,
  settings BLOB NOT NULL,                 -- AES-256-GCM, with a key of its own wrapped by the folder's key
  hook TEXT NOT NULL UNIQUE,              -- the secret part of its webhook path
  status TEXT NOT NULL CHECK (status IN ('connecting', 'live', 'retrying', 'login-needed', 'stopped')),
  error TEXT,                             -- JSON {code, text} for the user
  cursor_live TEXT,
  cursor_history TEXT,
  history_done INTEGER NOT NULL DEFAULT 0,
  backfill TEXT,                          -- JSON {done, total}
  created_at INTEGER NOT NULL,            -- what the network dates earlier is history
  removed_at INTEGER,
  rev INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX account_user ON account (user_id);

CREATE TABLE gap (                        -- a time in which an account was deaf
  id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account (id),
  since INTEGER NOT NULL,
  until INTEGER,                          -- connected again
  filled_at INTEGER                       -- everything of that time has been handed over
) STRICT;
CREATE INDEX gap_account ON gap (account_id);

CREATE TABLE identity (                   -- the user's own addresses
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  account_id INTEGER REFERENCES account (id),
  kind TEXT NOT NULL,
  address TEXT NOT NULL,
  name TEXT,
  signature TEXT,
  rev INTEGER NOT NULL DEFAULT 1,
  UNIQUE (user_id, kind, address)
) STRICT;

-- People -------------------------------------------------------------------------------------------------------------

CREATE TABLE contact (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  name TEXT NOT NULL,                     -- '' until somebody names them: then the best address is shown
  named_by TEXT NOT NULL CHECK (named_by IN ('nobody', 'message', 'user')),
  friend INTEGER NOT NULL DEFAULT 0,
  blocked INTEGER NOT NULL DEFAULT 0,
  notes TEXT,
  redirect_to INTEGER REFERENCES contact (id),   -- merged into that one
  rev INTEGER NOT NULL DEFAULT 1,
  via TEXT,                               -- JSON: how the user wants them answered; NULL: as it comes
  blocked_at INTEGER,
  verified_only INTEGER NOT NULL DEFAULT 0, -- 1: weak proof does not suffice for them
  pictures INTEGER NOT NULL DEFAULT 0     -- 1: pictures of other servers are shown unasked, in what is proven to be theirs
) STRICT;
CREATE INDEX contact_user ON contact (user_id, redirect_to);
CREATE INDEX contact_friend ON contact (user_id) WHERE friend = 1;

CREATE TABLE address (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  kind TEXT NOT NULL,
  address TEXT NOT NULL,                  -- canonical
  name TEXT,                              -- as the last message named it
  contact_id INTEGER NOT NULL REFERENCES contact (id),
  verified_at INTEGER,                    -- the newest message time that proved it
  last_in_at INTEGER,                     -- newest message from it
  last_out_at INTEGER,                    -- newest message to it
  last_seen_at INTEGER,                   -- when it was last present
  UNIQUE (user_id, kind, address)
) STRICT;
CREATE INDEX address_contact ON address (contact_id);

CREATE TABLE reach (                      -- may this own address write to that one (STOP, START)
  user_id INTEGER NOT NULL REFERENCES user (id),
  own TEXT NOT NULL,
  peer TEXT NOT NULL,
  reachable INTEGER NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (user_id, own, peer)
) STRICT, WITHOUT ROWID;

CREATE TABLE merge (                      -- what a merge joined, and how it was before
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  contact_id INTEGER NOT NULL REFERENCES contact (id),
  before TEXT NOT NULL,                   -- JSON: contacts, addresses, conversations and strands as they were
  at INTEGER NOT NULL,
  undone_at INTEGER,
  after TEXT                              -- JSON: what it made of the first of them
) STRICT;
CREATE INDEX merge_contact ON merge (contact_id);
CREATE INDEX merge_user ON merge (user_id, id) WHERE undone_at IS NULL;

CREATE TABLE photo (                      -- of a contact, as their card has it; what is merged is shown by the other's
  contact_id INTEGER PRIMARY KEY REFERENCES contact (id),
  type TEXT NOT NULL,
  version INTEGER NOT NULL,               -- rises with each new picture
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE card (                       -- somebody in an address book that is kept in step
  account_id INTEGER NOT NULL REFERENCES account (id),
  remote_id TEXT NOT NULL,
  version TEXT NOT NULL,                  -- the network's, of what was last seen or written there
  contact_id INTEGER REFERENCES contact (id),    -- NULL: deleted here, and to be deleted there
  contact_rev INTEGER NOT NULL,           -- of the contact when both were last the same
  base TEXT NOT NULL,                     -- JSON BookCard: what both were then
  befriended INTEGER NOT NULL DEFAULT 0,  -- 1: they became a friend by it
  tries INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, remote_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX card_contact ON card (contact_id) WHERE contact_id IS NOT NULL;

CREATE TABLE apart (                      -- contacts that the user knows to be two: not suggested for a merge again
  user_id INTEGER NOT NULL REFERENCES user (id),
  one INTEGER NOT NULL REFERENCES contact (id),   -- the lower id
  other INTEGER NOT NULL REFERENCES contact (id),
  PRIMARY KEY (user_id, one, other)
) STRICT, WITHOUT ROWID;

-- Conversations: a set of strands -------------------------------------------------------------------------------------

CREATE TABLE conversation (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  kind TEXT NOT NULL CHECK (kind IN ('person', 'group', 'list', 'system')),
  title TEXT NOT NULL,                    -- '' for a person: the contact's name is shown
  contact_id INTEGER REFERENCES contact (id),    -- person and proven only
  people TEXT,                            -- group: contact ids, sorted, joined by ','
  folder TEXT NOT NULL CHECK (folder IN ('inbox', 'other')),
  because TEXT NOT NULL,                  -- JSON
  routed INTEGER NOT NULL DEFAULT 0,      -- 1: the user put it where it is
  archived_at INTEGER,
  pinned INTEGER NOT NULL DEFAULT 0,
  muted_until INTEGER,
  labels TEXT NOT NULL DEFAULT '[]',
  unread INTEGER NOT NULL DEFAULT 0,      -- sum over its strands
  last_message_id INTEGER,                -- newest over its strands
  last_at INTEGER NOT NULL DEFAULT 0,
  redirect_to INTEGER REFERENCES conversation (id),
  rev INTEGER NOT NULL DEFAULT 1,
  blocked_at INTEGER,                     -- hidden since: whom it is with is blocked
  waiting INTEGER NOT NULL DEFAULT 0,     -- 1: the user has not said yet what is to be done with whom it is with
  stream TEXT,                            -- in Other: what kind of machine mail; NULL: people
  raised_at INTEGER                       -- a digest has said that somebody has waited there for long: once ever
) STRICT;
CREATE INDEX conversation_list ON conversation (user_id, folder, last_at, id) WHERE redirect_to IS NULL AND archived_at IS NULL AND last_at > 0 AND blocked_at IS NULL;
CREATE INDEX conversation_archive ON conversation (user_id, folder, last_at, id) WHERE redirect_to IS NULL AND archived_at IS NOT NULL AND last_at > 0 AND blocked_at IS NULL;
CREATE INDEX conversation_contact ON conversation (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX conversation_people ON conversation (user_id, people) WHERE people IS NOT NULL AND redirect_to IS NULL;
CREATE INDEX conversation_unread ON conversation (user_id, folder, unread) WHERE unread > 0 AND redirect_to IS NULL AND archived_at IS NULL AND blocked_at IS NULL;
CREATE INDEX conversation_blocked ON conversation (user_id, last_at, id) WHERE blocked_at IS NOT NULL AND redirect_to IS NULL AND last_at > 0;
CREATE INDEX conversation_waiting ON conversation (user_id, last_at, id) WHERE waiting = 1 AND blocked_at IS NULL AND redirect_to IS NULL AND archived_at IS NULL AND last_at > 0;
CREATE INDEX conversation_stream ON conversation (user_id, stream, last_at, id) WHERE stream IS NOT NULL AND folder = 'other' AND blocked_at IS NULL AND redirect_to IS NULL AND archived_at IS NULL AND last_at > 0;

CREATE TABLE strand (                     -- where messages lie, for ever
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  key TEXT NOT NULL,                      -- what makes it: see inbound/converse.ts
  address_id INTEGER REFERENCES address (id),    -- one person and proven
  conversation_id INTEGER NOT NULL REFERENCES conversation (id),
  unread INTEGER NOT NULL DEFAULT 0,
  last_message_id INTEGER,
  last_at INTEGER NOT NULL DEFAULT 0,
  UNIQUE (user_id, key)
) STRICT;
CREATE INDEX strand_conversation ON strand (conversation_id);
CREATE INDEX strand_address ON strand (address_id) WHERE address_id IS NOT NULL;

CREATE TABLE strand_member (              -- the addresses of a group's strand
  strand_id INTEGER NOT NULL REFERENCES strand (id),
  address_id INTEGER NOT NULL REFERENCES address (id),
  PRIMARY KEY (strand_id, address_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX strand_member_address ON strand_member (address_id);

CREATE TABLE topic (                      -- a whole mail thread; it may run through several conversations
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  subject TEXT NOT NULL,
  redirect_to INTEGER REFERENCES topic (id),
  rev INTEGER NOT NULL DEFAULT 1,
  named INTEGER NOT NULL DEFAULT 0        -- 1: the user called it so
) STRICT;

CREATE TABLE topic_ref (                  -- which topic a Message-ID belongs to, seen or only referred to
  user_id INTEGER NOT NULL REFERENCES user (id),
  message_id TEXT NOT NULL,
  topic_id INTEGER NOT NULL REFERENCES topic (id),
  present INTEGER NOT NULL DEFAULT 0,     -- 1: its message is there
  PRIMARY KEY (user_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX topic_ref_topic ON topic_ref (topic_id);

CREATE TABLE topic_claim (                -- what messages say that another answers, while that one is not there
  user_id INTEGER NOT NULL REFERENCES user (id),
  child TEXT NOT NULL,
  parent TEXT NOT NULL,
  PRIMARY KEY (user_id, child, parent)
) STRICT, WITHOUT ROWID;

CREATE TABLE topic_cut (                  -- messages that the user has parted from what they answer
  message_id INTEGER PRIMARY KEY REFERENCES message (id),
  user_id INTEGER NOT NULL REFERENCES user (id)
) STRICT;

CREATE TABLE topic_link (                 -- messages whose topics the user has joined: Message-IDs, or ' m12' for one without
  user_id INTEGER NOT NULL REFERENCES user (id),
  one TEXT NOT NULL,
  other TEXT NOT NULL,
  PRIMARY KEY (user_id, one, other)
) STRICT, WITHOUT ROWID;

-- Messages ------------------------------------------------------------------------------------------------------------

CREATE TABLE message (                    -- narrow: what a list needs. Texts lie in message_body
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  strand_id INTEGER NOT NULL REFERENCES strand (id),
  sort_at INTEGER NOT NULL,               -- the network's time; never changes
  topic_id INTEGER REFERENCES topic (id),
  account_id INTEGER NOT NULL REFERENCES account (id),
  channel TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  sender_id INTEGER REFERENCES address (id),     -- NULL: no address that can be believed
  sender TEXT NOT NULL,                   -- JSON {kind, raw, name?}
  proof TEXT CHECK (proof IN ('verified', 'weak', 'unverified', 'conflicting')),
  folder TEXT NOT NULL CHECK (folder IN ('inbox', 'other')),
  because TEXT NOT NULL,                  -- JSON, with the proof's evidence and warnings
  preview TEXT NOT NULL,
  seen INTEGER NOT NULL,
  flagged INTEGER NOT NULL DEFAULT 0,
  automatic TEXT,
  status TEXT,                            -- outgoing: the lowest of its attempts
  message_id TEXT,                        -- Message-ID without brackets
  digest BLOB,                            -- of From, Date, subject and body: with message_id the same mail in two places
  sent_at INTEGER,
  received_at INTEGER NOT NULL,
  rev INTEGER NOT NULL DEFAULT 1,
  edited_at INTEGER,                      -- its sender's newest change of it
  deleted_at INTEGER,                     -- its sender took it back: texts and attachments are gone
  blocked_at INTEGER,                     -- it came from somebody blocked: gone 30 days later
  folded INTEGER NOT NULL DEFAULT 0,      -- 1: of somebody blocked, in a group with others
  stream TEXT,                            -- what kind of machine mail it is; NULL: a person wrote it
  signers TEXT                            -- of a list: the domains that have proven to have sent it, by blanks
) STRICT;
CREATE INDEX message_strand ON message (strand_id, sort_at, id);
CREATE INDEX message_blocked ON message (blocked_at) WHERE blocked_at IS NOT NULL;
CREATE INDEX message_folded ON message (user_id, json_extract(sender, '$.kind'), json_extract(sender, '$.address')) WHERE folded = 1;
CREATE INDEX message_stream ON message (user_id, stream, received_at) WHERE stream IS NOT NULL;
CREATE INDEX message_unseen ON message (strand_id, sort_at, id) WHERE seen = 0;
CREATE INDEX message_message_id ON message (user_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX message_topic ON message (topic_id, sort_at, id) WHERE topic_id IS NOT NULL;

CREATE TABLE message_body (
  message_id INTEGER PRIMARY KEY REFERENCES message (id),
  subject TEXT,
  text TEXT NOT NULL,
  quoted TEXT,
  html TEXT,
  recipients TEXT NOT NULL,               -- JSON Recipient[]
  refs TEXT NOT NULL,                     -- JSON: the Message-IDs it refers to
  unreadable TEXT,
  raw_digest BLOB,                        -- the bytes as they came
  attachments INTEGER NOT NULL DEFAULT 0,
  original TEXT,                          -- the whole text in its order, where text and then quoted is not that
  bounces TEXT,                           -- JSON Bounce[]: what a delivery report says
  cards TEXT,                             -- JSON Card[]: what it carries that is more than a file
  unsubscribe TEXT,                       -- JSON Unsubscribe: how its sender says one gets no more of it
  digest TEXT                             -- JSON model/digest.ts: what a digest of Kinbox itself tells
) STRICT;

CREATE TABLE place (                      -- where the network keeps a message
  account_id INTEGER NOT NULL REFERENCES account (id),
  remote_id TEXT NOT NULL,
  folder TEXT NOT NULL,
  message_id INTEGER NOT NULL REFERENCES message (id),
  PRIMARY KEY (account_id, remote_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_message ON place (message_id);

CREATE TABLE raw (                        -- bytes by their SHA-256; small ones here, compressed, larger ones as files
  digest BLOB NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  bytes BLOB                              -- deflate; NULL: a file in blobs/
) STRICT;                                 -- in the order they came
CREATE INDEX raw_file ON raw (digest, size) WHERE bytes IS NULL;

CREATE TABLE attachment (                 -- also uploads that no message uses yet (message_id NULL)
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  message_id INTEGER REFERENCES message (id),
  digest BLOB NOT NULL,
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  inline INTEGER NOT NULL DEFAULT 0,
  content_id TEXT,
  created_at INTEGER NOT NULL,
  warning TEXT,                           -- what is in it is not what it says: in words for the user
  thumbnail BLOB,                         -- digest of a small picture of it
  thumbnail_size INTEGER,
  thumbnail_width INTEGER,
  thumbnail_height INTEGER
) STRICT;
CREATE INDEX attachment_message ON attachment (message_id);

CREATE TABLE follower (                   -- how far what is made after the commit has come
  name TEXT PRIMARY KEY,
  at INTEGER NOT NULL                     -- thumbnails: the last attachment looked at
) STRICT, WITHOUT ROWID;

CREATE TABLE reaction (                   -- what somebody thinks of a message, the newest of each
  message_id INTEGER NOT NULL REFERENCES message (id),
  kind TEXT NOT NULL,
  address TEXT NOT NULL,
  name TEXT,
  emoji TEXT NOT NULL,                    -- JSON string[]; [] when they were taken back
  at INTEGER NOT NULL,                    -- an older one does not replace a newer one
  PRIMARY KEY (message_id, kind, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE amendment (                  -- edits, reactions and retractions that came before their message (history comes newest first)
  account_id INTEGER NOT NULL REFERENCES account (id),
  target TEXT NOT NULL,                   -- what they call the message: inbound/amend.ts
  at INTEGER NOT NULL,
  digest BLOB NOT NULL,                   -- of what is said: the same one comes once
  incoming TEXT NOT NULL,                 -- JSON
  said_in TEXT NOT NULL DEFAULT '',       -- the room or person it was said in: so many are kept for each
  PRIMARY KEY (account_id, target, at, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX amendment_said ON amendment (account_id, said_in, at);

-- Who is who -----------------------------------------------------------------------------------------------------------

CREATE TABLE likeness (                   -- what friends look like: model/look-alike.ts
  user_id INTEGER NOT NULL REFERENCES user (id),
  form TEXT NOT NULL,                     -- 'name:', 'address:' and a skeleton; 'domain:' and the domain itself
  contact_id INTEGER NOT NULL REFERENCES contact (id),
  PRIMARY KEY (user_id, form, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX likeness_contact ON likeness (contact_id);

CREATE TABLE near_domain (                -- domains that friends have or had, by their skeletons, whole and with one letter left out
  user_id INTEGER NOT NULL REFERENCES user (id),
  form TEXT NOT NULL,
  domain TEXT NOT NULL,
  PRIMARY KEY (user_id, form, domain)
) STRICT, WITHOUT ROWID;

CREATE TABLE proof_due (                  -- messages whose sender could not be checked yet: looked at again
  message_id INTEGER PRIMARY KEY REFERENCES message (id),
  account_id INTEGER NOT NULL REFERENCES account (id),
  since INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX proof_due_next ON proof_due (next_at);

-- Who gets into the inbox -----------------------------------------------------------------------------------------------

CREATE TABLE rule (                       -- what the user has said about an address, a domain or a list: one rule for each
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  scope TEXT NOT NULL CHECK (scope IN ('address', 'domain', 'list')),
  kind TEXT NOT NULL,                     -- of the address; '' for a list
  value TEXT NOT NULL,                    -- canonical
  action TEXT NOT NULL CHECK (action IN ('inbox', 'other', 'block')),
  stream TEXT,                            -- with 'other': where there
  origin TEXT NOT NULL CHECK (origin IN ('user', 'moved', 'replied', 'approved', 'denied', 'blocked', 'spam', 'unsubscribed')),
  at INTEGER NOT NULL,
  rev INTEGER NOT NULL DEFAULT 1,
  UNIQUE (user_id, scope, kind, value)
) STRICT;

CREATE TABLE path (                       -- through whom an address is known: as far as that one is a friend, a friend of a friend
  address_id INTEGER NOT NULL REFERENCES address (id),
  via_id INTEGER NOT NULL REFERENCES address (id),
  kind TEXT NOT NULL CHECK (kind IN ('cc', 'group', 'shared')),
  about TEXT NOT NULL,                    -- the group's name; '' where there is none
  at INTEGER NOT NULL,
  PRIMARY KEY (address_id, via_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX path_via ON path (via_id);

CREATE TABLE neighbour (                  -- an address that has proved to be another user's of this server
  address_id INTEGER NOT NULL REFERENCES address (id),
  user_id INTEGER NOT NULL REFERENCES user (id),
  other_id INTEGER NOT NULL REFERENCES user (id),
  PRIMARY KEY (address_id, other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX neighbour_user ON neighbour (user_id);
CREATE INDEX neighbour_other ON neighbour (other_id);

CREATE TABLE speaker (                    -- who has written in a room; address 0: the user
  strand_id INTEGER NOT NULL REFERENCES strand (id),
  address_id INTEGER NOT NULL,
  PRIMARY KEY (strand_id, address_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE screening (                  -- what the user decided about who waited
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  conversation_id INTEGER NOT NULL REFERENCES conversation (id),
  decision TEXT NOT NULL CHECK (decision IN ('inbox', 'stream', 'deny', 'block', 'spam')),
  scope TEXT NOT NULL CHECK (scope IN ('sender', 'domain')),
  stream TEXT,
  shown TEXT NOT NULL,                    -- who it was, in words
  before TEXT NOT NULL,                   -- JSON: how it was, for undo
  at INTEGER NOT NULL,
  undone_at INTEGER
) STRICT;
CREATE INDEX screening_user ON screening (user_id, id);

CREATE TABLE digest_done (                -- how far the daily digests have come
  user_id INTEGER PRIMARY KEY REFERENCES user (id),
  day TEXT NOT NULL,                      -- of the user's calendar, '2026-11-22'
  up_to INTEGER NOT NULL                  -- the newest message then
) STRICT;

CREATE TABLE spam_words (                 -- what the user has taught about spam: model/spam.ts
  user_id INTEGER PRIMARY KEY REFERENCES user (id),
  spam INTEGER NOT NULL,                  -- lessons
  good INTEGER NOT NULL,
  counts BLOB NOT NULL                    -- for each place that words are hashed to: in how many lessons of each
) STRICT;

CREATE TABLE spam_lesson (                -- what was learnt from a conversation, so that it can be unlearnt
  conversation_id INTEGER PRIMARY KEY REFERENCES conversation (id),
  user_id INTEGER NOT NULL REFERENCES user (id),
  spam INTEGER NOT NULL,                  -- 0: good
  words BLOB NOT NULL                     -- places, 16 bits each
) STRICT;

CREATE TABLE bookmark (                   -- how far a large file has been imported, so that an import that ended goes on there
  account_id INTEGER NOT NULL REFERENCES account (id),
  path TEXT NOT NULL,
  size INTEGER NOT NULL,                  -- of the file then, and when it was changed: another file begins anew
  changed INTEGER NOT NULL,
  at INTEGER NOT NULL,                    -- byte
  PRIMARY KEY (account_id, path)
) STRICT, WITHOUT ROWID;

-- Going out -----------------------------------------------------------------------------------------------------------

CREATE TABLE dispatch (                   -- one operation on one account
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES user (id),
  message_id INTEGER NOT NULL REFERENCES message (id),
  account_id INTEGER NOT NULL REFERENCES account (id),
  attempt TEXT NOT NULL UNIQUE,           -- our own id of it (UUIDv7 and a random tail): what a network echoes
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'uncertain', 'done', 'failed', 'cancelled')),
  prepared TEXT,                          -- JSON, frozen before the first try
  remote_id TEXT,
  because TEXT NOT NULL,                  -- JSON ChoiceBecause
  tries INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX dispatch_due ON dispatch (account_id, next_at) WHERE state = 'queued';
CREATE INDEX dispatch_open ON dispatch (state) WHERE state IN ('queued', 'sending', 'uncertain');
CREATE INDEX dispatch_outbox ON dispatch (user_id, id) WHERE state IN ('queued', 'sending', 'uncertain', 'failed');
CREATE INDEX dispatch_message ON dispatch (message_id);
CREATE INDEX dispatch_remote ON dispatch (account_id, remote_id) WHERE remote_id IS NOT NULL;

CREATE TABLE attempt (                    -- what became of it for each recipient
  id INTEGER PRIMARY KEY,
  dispatch_id INTEGER NOT NULL REFERENCES dispatch (id),
  kind TEXT NOT NULL,
  address TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'sending', 'uncertain', 'sent', 'delivered', 'read', 'failed', 'cancelled')),
  error TEXT,                             -- JSON {code, text}
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX attempt_dispatch ON attempt (dispatch_id);

CREATE TABLE mark_queue (                 -- what the network is still to be told: seen here, or not seen any more
  account_id INTEGER NOT NULL REFERENCES account (id),
  remote_id TEXT NOT NULL,                -- the place
  seen INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, remote_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE client_write (               -- what a client asked for, so that asking again is harmless; kept 30 days
  user_id INTEGER NOT NULL REFERENCES user (id),
  client_id TEXT NOT NULL,
  method TEXT NOT NULL,
  digest BLOB NOT NULL,
  object INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (user_id, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_write_at ON client_write (at);
CREATE INDEX client_write_object ON client_write (user_id, object);

-- The highest id that was ever deleted from a table: clients have seen it, so it is never given again. A migration that
-- rebuilds one of these tables loses its trigger and makes it anew --------------------------------------------------------

CREATE TABLE id_mark (
  name TEXT PRIMARY KEY,
  id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER message_deleted AFTER DELETE ON message BEGIN
  INSERT INTO id_mark (name, id) VALUES ('message', OLD.id) ON CONFLICT DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER conversation_deleted AFTER DELETE ON conversation BEGIN
  INSERT INTO id_mark (name, id) VALUES ('conversation', OLD.id) ON CONFLICT DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER contact_deleted AFTER DELETE ON contact BEGIN
  INSERT INTO id_mark (name, id) VALUES ('contact', OLD.id) ON CONFLICT DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER address_deleted AFTER DELETE ON address BEGIN
  INSERT INTO id_mark (name, id) VALUES ('address', OLD.id) ON CONFLICT DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER topic_deleted AFTER DELETE ON topic BEGIN
  INSERT INTO id_mark (name, id) VALUES ('topic', OLD.id) ON CONFLICT DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER attachment_deleted AFTER DELETE ON attachment BEGIN
  INSERT INTO id_mark (name, id) VALUES ('attachment', OLD.id) ON CONFLICT DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER merge_deleted AFTER DELETE ON merge BEGIN
  INSERT INTO id_mark (name, id) VALUES ('merge', OLD.id) ON CONFLICT DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER login_deleted AFTER DELETE ON login BEGIN
  INSERT INTO id_mark (name, id) VALUES ('login', OLD.id) ON CONFLICT DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER identity_deleted AFTER DELETE ON identity BEGIN
  INSERT INTO id_mark (name, id) VALUES ('identity', OLD.id) ON CONFLICT DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER rule_deleted AFTER DELETE ON rule BEGIN
  INSERT INTO id_mark (name, id) VALUES ('rule', OLD.id) ON CONFLICT DO UPDATE SET id = max(id, excluded.id);
END;
CREATE TRIGGER screening_deleted AFTER DELETE ON screening BEGIN
  INSERT INTO id_mark (name, id) VALUES ('screening', OLD.id) ON CONFLICT DO UPDATE SET id = max(id, excluded.id);
END;
