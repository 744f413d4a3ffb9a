/** Namespaces, each with the number of its specification. */
export const ns = {
  client: 'jabber:client',
  stream: 'http://etherx.jabber.org/streams',
  tls: 'urn:ietf:params:xml:ns:xmpp-tls',
  stanzaError: 'urn:ietf:params:xml:ns:xmpp-stanzas',
  roster: 'jabber:iq:roster',
  disco: 'http://jabber.org/protocol/disco#info',
  discoItems: 'http://jabber.org/protocol/disco#items',
  ping: 'urn:xmpp:ping',
  /** 0045 */
  muc: 'http://jabber.org/protocol/muc',
  mucUser: 'http://jabber.org/protocol/muc#user',
  /** 0059 */
  rsm: 'http://jabber.org/protocol/rsm',
  form: 'jabber:x:data',
  /** 0066 */
  oob: 'jabber:x:oob',
  /** 0085 */
  states: 'http://jabber.org/protocol/chatstates',
  /** 0172 */
  nick: 'http://jabber.org/protocol/nick',
  /** 0184 */
  receipts: 'urn:xmpp:receipts',
  /** 0198 */
  sm: 'urn:xmpp:sm:3',
  /** 0203 */
  delay: 'urn:xmpp:delay',
  /** 0249 */
  invite: 'jabber:x:conference',
  /** 0280 */
  carbons: 'urn:xmpp:carbons:2',
  /** 0297 */
  forward: 'urn:xmpp:forward:0',
  /** 0308 */
  correct: 'urn:xmpp:message-correct:0',
  /** 0313 */
  mam: 'urn:xmpp:mam:2',
  /** 0333 */
  markers: 'urn:xmpp:chat-markers:0',
  /** 0334 */
  hints: 'urn:xmpp:hints',
  /** 0359 */
  sid: 'urn:xmpp:sid:0',
  /** 0363 */
  upload: 'urn:xmpp:http:upload:0',
  /** 0384 */
  omemo: 'eu.siacs.conversations.axolotl',
  /** 0422, 0424 */
  fasten: 'urn:xmpp:fasten:0',
  retract0: 'urn:xmpp:message-retract:0',
  retract1: 'urn:xmpp:message-retract:1',
  /** 0444 */
  reactions: 'urn:xmpp:reactions:0'
} as const
