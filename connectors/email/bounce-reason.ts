/** What a mail system says about why, read for one question: is the address itself no good, or only this delivery? */

/** The address is fine, or nobody can tell: what is full, shut for now, or unwilling to take this mail. Comes first: `550 5.1.1 mailbox full`. */
const soft = new RegExp([
  'quota|(?:mail ?box|storage|account|disk|space|inbox|folder|box|boîte\\b.{0,30}|mailfolder) (?:is |has been |was |est )?(?:too |over|almost )?(?:full|pleine|exceeded|limit)|mailbox.?full|full mailbox|out of (?:storage|space)|insufficient (?:system )?(?:storage|resources)|not enough (?:storage|disk|free|space)|over.?size|allocated space',
  'disabled|suspended|deactivated|inactive|locked|expired account|account (?:has )?expired|temporar|try again later|inactivity|administratively|on hold',
  'too (?:big|large)|size limit|exceeds|message length|maximum (?:message )?size|content rejected|virus|malware|spam|unsolicited|bulk mail|content.?filter|reputation|black.?list|block.?list|\\bblocked\\b|dnsbl|\\brbl\\b|banned|denied by|policy|dmarc|\\bspf\\b|dkim|reverse dns|\\bptr\\b|authenticat|not authori[sz]ed|unauthori[sz]ed|access denied|relay|rate limit|too many|throttl|greylist|gr[ae]y.?list|sender (?:address )?(?:rejected|verify|denied|domain|unknown)|senders? .{0,30}(?:rejected|not (?:exist|allowed|permitted))|mail from|rejected for policy|privacy|bounce-address|helo|rejected your message|closed to',
  'timed? ?out|time-?out|expired|retry (?:time|timeout)|could not be delivered (?:for|within)|delivery delayed|too old|connection (?:refused|dropped|lost|reset|was)|unable to connect|network|(?:mail )?loop|too many hops|hop count|tls|ssl|starttls|configuration|system (?:error|not)|internal (?:server |system )?error|mailer error|local error|resources',
  '権限|permiss|autoris|autoriz|berechtig|uprawn|toestemming|behörig|дозвол|разреш|权限|權限|δικα|אישור|صلاحي|resolver\\.rst|auth(?:entication)?required|restrict|notauthorized|restricted|permission|not permitted|not allowed|allowed to|moderat'
].join('|'), 'iu')

/** Nobody has this address, or its domain takes no mail. */
const hard = new RegExp([
  '(?:user|recipient|mailbox|address|account|addressee|person|name|alias|destination|local ?part|mail ?box|customer|subscriber|e-?mail)\\S{0,80}(?: \\S{1,80}){0,6}? (?:is |was |are |does |do |has |could |can |mail ?box )*(?:unknown|not (?:be )?(?:found|exist|known|recogni[sz]ed|valid|listed|registered|available here|active|our customer)|non.?existent|invalid|undeliverable|does ?n.t exist|doesn.t have|no longer|not a (?:known|valid)|not in)',
  '(?:unknown|invalid|non-?existent|no such|not a valid|bad|incorrect|illegal|undeliverable|unroute?able|unresolvable|nonexistent|no valid|unrecogni[sz]ed|obsolete)\\S{0,3} ?(?:destination |local |virtual |final |e-?mail |mail |system |rcpt |smtp |user )?(?:user|recipient|mailbox|address|account|alias|addressee|person|name|domain|host|local ?part|id|rcpt|mail ?box|destination|here)',
  'no (?:mailbox|account|user|recipient|one|address|person)s? (?:here|by (?:that|this)|with (?:that|this)|found|such|for)|user unknown|userunknown|unknown user|no such user|(?:does not|doesn.t|do not) (?:like recipient|have (?:an|a|any) \\S+ account|exist)|recipnotfound|requested action not taken: mailbox unavailable|not listed in|this is not (?:a|our)|not our customer|no longer (?:available|valid|exists|in use|works|with|active|accept)|who are you|adresse inconnue|utilisateur inconnu|unbekannt|existiert nicht|destinatario sconosciuto|utente sconosciuto|no existe|desconocido|inconnu|nie istnieje|не существует|存在しない|存在しません|見つかりません|にありません|不存在',
  '(?:host|domain|site|mx|server|system)\\S{0,60}(?: \\S{1,60}){0,4}? (?:is |was )?(?:unknown|not (?:be )?found|does ?n.t exist|does not exist|could not be (?:found|resolved)|not known|not resolve|invalid)|(?:unknown|invalid|illegal|no such|bad) (?:remote )?(?:host|domain|destination|system)|name or service not known|nxdomain|no mx (?:record )?found|dns (?:lookup )?(?:failure|error).{0,60}not found|domain is (?:not|un).?reachable|check the domain|null ?mx|does not accept (?:e?mail|any mail|incoming)|domain name not found|no mx|unrouteable|unable to route|cannot find your|no route to (?:domain|host name)|nullmx|accept(?:s|ing)? no (?:e?mail|messages)|host does not|not accepting network messages|network messages',
  '(?:user ?id|userid)s?\\b|check (?:if|that|whether) (?:the |this )?address is (?:correct|valid)|(?:has|have) moved|moved to|no forwarding address|forwarding address'
].join('|'), 'iu')

/** RFC 3463 and the registry of RFC 5248: codes that are about the address alone. */
const hardCodes = /^5\.(?:1\.(?:0|1|2|3|4|6|10)|4\.4|3\.2)$/
const softCodes = /^5\.(?:2\.[01234]|7\.\d+|4\.[1235679]|6\.\d+|3\.[04])$|^[24]\./

/**
 * Is the address itself no good? From the codes (RFC 3463, 5248; `status` may be '') and the other side's words. A temporary one never is.
 * `told`: the whole report, for when the other side refused: after the whole mail had come an address is not judged any more; at
 * RCPT TO nothing else is known yet.
 */
export function isHard({ status, reason, told }: { status: string, reason: string, told: string }): boolean {
  const words = reason.slice(0, 2000)
  if (/^[24]\./.test(status)) return false
  if (/in reply to end of DATA|after end of data/i.test(told) && !hardCodes.test(status)) return false
  if (hardCodes.test(status)) return !refuses.test(words)
  if (/^5\.(?:2\.1|3\.0)$/.test(status) && /\bRCPT(?![A-Za-z])/.test(told)) return surely.test(words) && !full.test(words)
  if (softCodes.test(status)) return noMail.test(words)
  if (surely.test(words)) return !full.test(words)
  return hard.test(words) && !soft.test(words)
}

/** So plainly about the address that no other word weighs against it. */
const surely = /user unknown|unknown user|no such (?:user|mailbox|address|person|recipient|account|domain|host)|does not exist|doesn.t exist|unknown recipient|recipnotfound|host or domain name not found|unrouteable (?:mail )?domain|not listed in|no mailbox here|unknown address|mailbox not found|user not found|host unknown|unknown host/i
const full = /quota|mailbox.?full|full mailbox|over.?quota|disabled|suspended|deactivated|\bspam\b|blacklist|blocklist|sender/i
/** RFC 7505: the domain takes no mail at all, under whatever code; or what no other code's cause has as its words. */
const noMail = /host does not accept (?:e?mail|any)|null ?mx|domain does not accept mail|^\d{3} invalid recipient/i
/** Against a code that says so, only words that say plainly otherwise. */
const refuses = /quota|mail ?box (?:is )?full|\bspam\b|black.?list|block.?list|blocked using|dmarc|\bspf\b|reputation|account (?:is |has been )?(?:disabled|suspended)|sender (?:address )?(?:is )?(?:rejected|denied|refused)|access denied|relay(?:ing)? (?:access )?denied/i
