/** A line that keeps strangers out, how the code is without it, and the test that notices. `find` stands exactly once in `file`. */
export type Guard = { name: string, file: string, find: string, without: string, test: string }

const mail = 'test/connectors/email/'

export const guards: readonly Guard[] = [
  { name: 'one From line only', file: 'connectors/email/sender.ts', find: "if (from.length > 1) return doubted('several')", without: '', test: mail + 'forgeries.test.ts' },
  { name: 'no damage around the From line', file: 'connectors/email/sender.ts', find: 'from[0]!.sound && head.complete ?', without: 'true ?', test: mail + 'forgeries.test.ts' },
  { name: 'a phrase holds no second address', file: 'src/model/address.ts', find: "if ('<>()@,;:\\\\[]'.includes(char)) return null", without: '', test: mail + 'forgeries.test.ts' },
  { name: 'no invisible signs in an address', file: 'src/model/address.ts', find: 'forbidden.test(text)', without: 'false', test: 'test/model/address.test.ts' },
  { name: 'no encoded words in an address', file: 'src/model/address.ts', find: ' || encodedWord.test(local)', without: '', test: 'test/model/address.test.ts' },
  { name: 'a domain has one spelling', file: 'src/model/address.ts', find: 'domain === lower || domainToUnicode(domain) === lower', without: 'true', test: 'test/model/address.test.ts' },
  { name: 'the signing domain is the sender\'s', file: 'connectors/email/prove.ts', find: 'signingDomain?.toLowerCase() === domain)', without: "signingDomain !== '')", test: mail + 'prove.test.ts' },
  { name: 'DKIM l= does not count', file: 'connectors/email/prove.ts', find: '.filter((result) => !result.canonBodyLengthLimited)', without: '', test: mail + 'prove.test.ts' },
  { name: 'short keys do not count', file: 'connectors/email/prove.ts', find: 'minBitLength: 1024', without: 'minBitLength: 1', test: mail + 'prove.test.ts' },
  { name: 'expired signatures do not count', file: 'connectors/email/prove.ts', find: 'curTime: new Date(at)', without: 'curTime: new Date(0)', test: mail + 'prove.test.ts' },
  { name: 'one source of proof, never both', file: 'connectors/email/prove.ts', find: 'context.authserv === null\n', without: 'context.authserv !== undefined\n', test: mail + 'prove.test.ts' },
  { name: 'results of exactly the server that is trusted', file: 'connectors/email/authres.ts', find: 'readAuthserv(field.value) === wanted', without: 'readAuthserv(field.value)?.includes(wanted)', test: mail + 'prove.test.ts' },
  { name: 'results above what came from outside', file: 'connectors/email/authres.ts', find: 'return inside ? readAuthResults', without: 'return true ? readAuthResults', test: mail + 'prove.test.ts' },
  { name: 'results about exactly the domain', file: 'connectors/email/prove.ts', find: "one?.result === 'pass' && about[0] === domain", without: "one?.result === 'pass'", test: mail + 'prove.test.ts' },
  { name: 'who was verified must be', file: 'src/inbound/identify.ts', find: 'if (history || verifiedAt === null || verifiedAt > at)', without: 'if (true)', test: 'test/inbound/judge.test.ts' },
  { name: 'only proof counts for one\'s own address', file: 'src/inbound/identify.ts', find: "if (own) return { level: 'unverified'", without: "if (false) return { level: 'unverified'", test: 'test/inbound/judge.test.ts' },
  { name: 'verified only, where that is asked for', file: 'src/inbound/identify.ts', find: "if (strict) return { level: 'weak'", without: "if (false) return { level: 'weak'", test: 'test/inbound/judge.test.ts' },
  { name: 'what cannot be checked yet waits', file: 'src/inbound/identify.ts', find: 'if (wait) return', without: 'if (false) return', test: 'test/inbound/again.test.ts' },
  { name: 'a secret is one of two people', file: 'src/inbound/answers.ts', find: 'recipients.every((one) =>', without: 'recipients.some((one) =>', test: 'test/inbound/answers.test.ts' },
  { name: 'a secret makes nothing of a contradiction', file: 'src/inbound/answers.ts', find: "proof.level !== 'unverified' || address === null", without: "proof.level === 'verified' || address === null", test: 'test/inbound/answers.test.ts' },
  { name: 'what is not proven lies apart', file: 'src/inbound/converse.ts', find: 'if (!enough || sender.address === null) return strandOfUnproven', without: 'if (sender.address === null) return strandOfUnproven', test: 'test/inbound/receive.test.ts' },
  { name: 'a friend must be proven', file: 'src/inbound/route.ts', find: 'facts.contact?.friend && facts.proof.enough ?', without: 'facts.contact?.friend ?', test: 'test/inbound/ladder.test.ts' },
  { name: 'a Message-ID alone makes no copy', file: 'src/inbound/arrive.ts', find: 'Buffer.compare(other.digest, digest) === 0', without: 'true', test: 'test/inbound/receive.test.ts' },
  { name: 'a copy that proves nothing hides nothing', file: 'src/inbound/arrive.ts', find: 'return same[0] && !proven() ?', without: 'return same[0] ?', test: 'test/inbound/receive.test.ts' },
  { name: 'who corrects must be proven', file: 'src/inbound/arrive.ts', find: 'if (message.replaces && from.proof.enough)', without: 'if (message.replaces)', test: 'test/inbound/amend.test.ts' },
  { name: 'who takes back must be proven', file: 'src/inbound/amend.ts', find: "if (incoming.type === 'retraction' && incoming.direction === 'in' &&", without: "if (incoming.type === 'nothing' &&", test: 'test/inbound/amend.test.ts' },
  { name: 'nobody speaks of what lies elsewhere', file: 'src/inbound/amend.ts', find: 'named.find((message) => message.strandKey === key)', without: 'named[0]', test: 'test/inbound/amend.test.ts' },
  { name: 'nobody takes back what others wrote', file: 'src/inbound/amend.ts', find: '  if (!sameSender(message, incoming)) return\n', without: '', test: 'test/inbound/amend.test.ts' },
  { name: 'what is said of messages that never come is bounded', file: 'src/store/amendments.ts', find: 'if (n > mostKept)', without: 'if (n < 0)', test: 'test/inbound/amend.test.ts' },
  { name: 'a fellow recipient does not report for another', file: 'src/inbound/report.ts', find: "proof.level !== 'verified' || !sender", without: '!sender', test: 'test/inbound/report.test.ts' },
  { name: 'only what is wholly proven makes somebody known', file: 'src/inbound/paths.ts', find: "  if (proof.level !== 'verified') return\n", without: '', test: 'test/inbound/attack.test.ts' },
  { name: 'carbons from one\'s own address only', file: 'connectors/xmpp/unwrap.ts', find: 'if (from !== known.bare || !message) return', without: 'if (!message) return', test: 'test/inbound/attack.test.ts' },
  { name: 'a friend\'s name at another address is told', file: 'src/inbound/look-alikes.ts', find: '  if (another) {', without: '  if (false) {', test: 'test/inbound/look-alikes.test.ts' },
  { name: 'a domain that looks like a friend\'s is told', file: 'src/inbound/look-alikes.ts', find: 'return near ? [', without: 'return false ? [', test: 'test/inbound/look-alikes.test.ts' }
]
