import type { Method } from './method.ts'
import { accountDiscover } from './methods/account.discover.ts'
import { accountKinds } from './methods/account.kinds.ts'
import { accountList } from './methods/account.list.ts'
import { accountPut } from './methods/account.put.ts'
import { accountRemove } from './methods/account.remove.ts'
import { accountResync } from './methods/account.resync.ts'
import { accountProof } from './methods/account.proof.ts'
import { accountSettings } from './methods/account.settings.ts'
import { accountStatus } from './methods/account.status.ts'
import { accountTest } from './methods/account.test.ts'
import { blobCreate } from './methods/blob.create.ts'
import { blobUrl } from './methods/blob.url.ts'
import { composeResolve } from './methods/compose.resolve.ts'
import { contactDelete } from './methods/contact.delete.ts'
import { contactExchanged } from './methods/contact.exchanged.ts'
import { contactExport } from './methods/contact.export.ts'
import { contactImport } from './methods/contact.import.ts'
import { contactGet } from './methods/contact.get.ts'
import { contactKeepApart } from './methods/contact.keepApart.ts'
import { contactLink } from './methods/contact.link.ts'
import { contactList } from './methods/contact.list.ts'
import { contactMerge } from './methods/contact.merge.ts'
import { contactPut } from './methods/contact.put.ts'
import { contactSuggestions } from './methods/contact.suggestions.ts'
import { contactUnlink } from './methods/contact.unlink.ts'
import { contactUnmerge } from './methods/contact.unmerge.ts'
import { conversationGet } from './methods/conversation.get.ts'
import { conversationList } from './methods/conversation.list.ts'
import { conversationMarkRead } from './methods/conversation.markRead.ts'
import { conversationMarkUnread } from './methods/conversation.markUnread.ts'
import { conversationMembers } from './methods/conversation.members.ts'
import { conversationRoute } from './methods/conversation.route.ts'
import { conversationUpdate } from './methods/conversation.update.ts'
import { friendCandidates } from './methods/friend.candidates.ts'
import { friendList } from './methods/friend.list.ts'
import { friendSet } from './methods/friend.set.ts'
import { identityDelete } from './methods/identity.delete.ts'
import { identityList } from './methods/identity.list.ts'
import { identityPut } from './methods/identity.put.ts'
import { inboxCounts } from './methods/inbox.counts.ts'
import { messageCancel } from './methods/message.cancel.ts'
import { messageGet } from './methods/message.get.ts'
import { messageList } from './methods/message.list.ts'
import { messageRaw } from './methods/message.raw.ts'
import { messageRetry } from './methods/message.retry.ts'
import { messageSend } from './methods/message.send.ts'
import { outboxList } from './methods/outbox.list.ts'
import { outboxResolve } from './methods/outbox.resolve.ts'
import { presenceList } from './methods/presence.list.ts'
import { presenceSet } from './methods/presence.set.ts'
import { rpcCancel } from './methods/rpc.cancel.ts'
import { rpcDiscover } from './methods/rpc.discover.ts'
import { searchQuery } from './methods/search.query.ts'
import { sessionHello } from './methods/session.hello.ts'
import { sessionList } from './methods/session.list.ts'
import { sessionPing } from './methods/session.ping.ts'
import { sessionRevoke } from './methods/session.revoke.ts'
import { settingsGet } from './methods/settings.get.ts'
import { settingsSet } from './methods/settings.set.ts'
import { syncSnapshot } from './methods/sync.snapshot.ts'
import { syncSubscribe } from './methods/sync.subscribe.ts'
import { syncUnsubscribe } from './methods/sync.unsubscribe.ts'
import { tokenCreate } from './methods/token.create.ts'
import { tokenList } from './methods/token.list.ts'
import { tokenRevoke } from './methods/token.revoke.ts'
import { topicJoin } from './methods/topic.join.ts'
import { topicList } from './methods/topic.list.ts'
import { topicRename } from './methods/topic.rename.ts'
import { topicSplit } from './methods/topic.split.ts'
import { typingSet } from './methods/typing.set.ts'
import { contactBlock } from './methods/contact.block.ts'
import { contactWhy } from './methods/contact.why.ts'
import { friendPath } from './methods/friend.path.ts'
import { friendRemove } from './methods/friend.remove.ts'
import { invitationAnswer } from './methods/invitation.answer.ts'
import { messageUnsubscribe } from './methods/message.unsubscribe.ts'
import { ruleDelete } from './methods/rule.delete.ts'
import { ruleList } from './methods/rule.list.ts'
import { rulePut } from './methods/rule.put.ts'
import { ruleSimulate } from './methods/rule.simulate.ts'
import { screenerDecide } from './methods/screener.decide.ts'
import { screenerHistory } from './methods/screener.history.ts'
import { screenerList } from './methods/screener.list.ts'
import { screenerUndo } from './methods/screener.undo.ts'
import { screenerUndoAll } from './methods/screener.undoAll.ts'
import { streamList } from './methods/stream.list.ts'

/** Every method of the API. The docs, rpc.discover and the tests read this list. */
export const methods: readonly Method[] = [
  sessionHello, sessionPing, sessionList, sessionRevoke,
  syncSnapshot, syncSubscribe, syncUnsubscribe,
  inboxCounts,
  conversationGet, conversationList, conversationMarkRead, conversationMarkUnread, conversationMembers, conversationRoute, conversationUpdate,
  topicList, topicRename, topicSplit, topicJoin,
  messageCancel, messageGet, messageList, messageRaw, messageRetry, messageSend,
  outboxList, outboxResolve,
  composeResolve,
  contactGet, contactDelete, contactExchanged, contactExport, contactImport, contactKeepApart, contactLink, contactList, contactMerge, contactPut, contactSuggestions, contactUnlink, contactUnmerge,
  friendCandidates, friendList, friendPath, friendRemove, friendSet,
  contactBlock, contactWhy,
  screenerDecide, screenerHistory, screenerList, screenerUndo, screenerUndoAll,
  ruleDelete, ruleList, rulePut, ruleSimulate,
  streamList, messageUnsubscribe,
  invitationAnswer,
  accountDiscover, accountKinds, accountList, accountProof, accountPut, accountRemove, accountResync, accountSettings, accountStatus, accountTest,
  identityDelete, identityList, identityPut,
  blobCreate, blobUrl,
  presenceList, presenceSet, typingSet,
  settingsGet, settingsSet,
  searchQuery,
  tokenCreate, tokenList, tokenRevoke,
  rpcCancel, rpcDiscover
]
