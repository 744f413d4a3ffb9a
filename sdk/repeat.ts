/** What only reads, and what says how something is to be: done twice, it is as done once. */
const reads = /^(get|list|counts|kinds|discover|status|resolve|snapshot|query|raw|url|members|suggestions|exchanged|proof|test|simulate|why|path|history|candidates|settings|ping)$/
const says = /^(set|update|rename|markRead|markUnread|route|block|put|subscribe|unsubscribe|keepApart|resync)$/
/** What is called like these, and yet does something at each call: a mail goes out again. */
const anew: readonly string[] = ['outbox.resolve', 'message.unsubscribe']

/**
 * Whether a request whose answer was lost may be sent again without asking: it reads, it has a clientId, or it names the state
 * that it wants. Not what makes something new without a clientId, nor what says `ifRev`: a first one that was done would make it a conflict.
 */
export function repeatable(method: string, params: { clientId?: unknown, id?: unknown, ifRev?: unknown }): boolean {
  if (params.clientId !== undefined) return true
  const [, verb = ''] = method.split('.')
  if (anew.includes(method)) return false
  if (reads.test(verb)) return true
  if (!says.test(verb) || params.ifRev !== undefined) return false
  return verb !== 'put' || params.id !== undefined
}
