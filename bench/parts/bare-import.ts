import { createReadStream } from 'node:fs'
import Database from 'better-sqlite3'
import { simpleParser } from 'mailparser'
import type { AddressObject } from 'mailparser'
import { splitMbox } from '../../src/cli/mbox.ts'

/**
 * The least that a program in this language could do to import an archive: mailparser, one table and one full-text index, durable.
 * No quotes, identity, threads, proof, route or log. node bench/parts/bare-import.ts <mbox> <database>
 */
const [mbox, file] = process.argv.slice(2)
const db = new Database(file)
for (const pragma of ['journal_mode = WAL', 'synchronous = FULL']) db.pragma(pragma)
db.exec("CREATE TABLE mail (id INTEGER PRIMARY KEY, message_id TEXT, sender TEXT, subject TEXT, at INTEGER, text TEXT); CREATE VIRTUAL TABLE words USING fts5 (sender, subject, text, content='')")
const put = db.prepare('INSERT INTO mail (message_id, sender, subject, at, text) VALUES (?, ?, ?, ?, ?)')
const index = db.prepare('INSERT INTO words (rowid, sender, subject, text) VALUES (?, ?, ?, ?)')
const named = (all: AddressObject | undefined) => all?.text ?? ''

let waiting = 0
for await (const { bytes } of splitMbox(createReadStream(mbox!), 1e9)) {
  const mail = await simpleParser(Buffer.from(bytes!), { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true })
  const [sender, subject, text] = [named(mail.from), mail.subject ?? '', mail.text ?? '']
  if (waiting === 0) db.exec('BEGIN')
  index.run(put.run(mail.messageId ?? null, sender, subject, mail.date?.getTime() ?? 0, text).lastInsertRowid, sender, subject, text)
  if (++waiting < 500) continue
  db.exec('COMMIT')
  waiting = 0
}
if (waiting > 0) db.exec('COMMIT')
db.close()
