import type { Conversation, Inbox } from '#client'
import { act } from '../hooks/act.ts'
import { t } from '../i18n.ts'
import { useClient, useStore } from '../session.ts'
import { errorWords } from '../shell/error-words.ts'
import { useKeys } from '../shell/keys.ts'
import { toast } from '../shell/toast.tsx'

type Back = () => Promise<unknown>
/** What can be done with each of many. `run` resolves with what takes it back. */
type Deed = { words: string, key: string, does: string, leaves: boolean, run(one: Conversation): Promise<Back> }

/** So many wait for the server side by side: the page stays free for what else is done in it. */
const atOnce = 50
const mostUnread = 200

/** What can be done with the chosen conversations of one folder. `onDone`: it was asked for, and they may leave the list; `onBack`: it was taken back. */
export function Lot({ chosen, onDone, onBack, onAll, onNone }: { chosen: readonly Conversation[], onDone(leaves: boolean): void, onBack(): void, onAll(): void, onNone(): void }) {
  const client = useClient()
  const store = useStore()
  const { folder, archivedAt } = chosen[0]!
  const to = folder === 'inbox' ? 'other' : 'inbox'
  const archived = !archivedAt
  const deeds: Deed[] = [
    { words: archived ? 'conversation.archive' : 'conversation.unarchive', key: 'e', does: 'inbox.keyArchive', leaves: true, run: ({ id }) => store.update({ id, archived }).then(() => () => store.update({ id, archived: !archived })) },
    { words: to === 'other' ? 'conversation.toOther' : 'conversation.toInbox', key: 'm', does: 'inbox.keyMove', leaves: true, run: ({ id }) => store.route(id, to).then(() => () => store.route(id, folder)) },
    chosen.some(({ unread }) => unread > 0)
      ? { words: 'conversation.markRead', key: 'u', does: 'inbox.keyRead', leaves: false, run: (one) => read(store, one, () => client.call('message.list', { conversationId: one.id, limit: mostUnread })) }
      : { words: 'conversation.markUnread', key: 'u', does: 'inbox.keyRead', leaves: false, run: ({ id, lastMessage: last }) => Promise.resolve(last && store.markUnread(id, last.id)).then(() => async () => last && store.markRead(id, last.id)) },
    ...folder === 'other' && chosen.every(({ kind }) => kind === 'person') ? [{ words: 'screener.block', key: 'b', does: 'screener.block', leaves: true, run: async ({ id }: Conversation) => {
      const { decided } = await client.call('screener.decide', { ids: [id], decision: 'block' })
      return () => client.call('screener.undoAll', { ids: decided.map(({ id }) => id) })
    } }] : []
  ]
  const start = ({ words, leaves, run }: Deed) => {
    onDone(leaves)
    void doAll(t(words), chosen, run, onBack)
  }
  useKeys({
    ...Object.fromEntries(deeds.map((deed) => [deed.key, { does: deed.does, run: () => start(deed) }])),
    Escape: { does: 'inbox.chooseNone', run: onNone }
  })
  const count = t('inbox.chosen', { count: chosen.length })
  return (
    <div class="folder-lot row" role="group" aria-label={count}>
      <p class="row">
        <strong>{count}</strong>
        <button type="button" class="button-small button-quiet" onClick={onAll}>{t('inbox.chooseAll')}</button>
        <button type="button" class="button-small button-quiet" onClick={onNone} aria-label={t('inbox.chooseNone')}>✕</button>
      </p>
      {deeds.map((deed) => <button key={deed.words} type="button" class={deed.key === 'b' ? 'button-small button-bad' : 'button-small'} onClick={() => start(deed)}>{t(deed.words)}</button>)}
    </div>
  )
}

/** Does it with each, says once what became of them, and takes all of it back at once. What fails stops nothing else. */
async function doAll(does: string, chosen: readonly Conversation[], run: Deed['run'], onBack: () => void): Promise<void> {
  const backs: Back[] = []
  let wrong: unknown
  for (let i = 0; i < chosen.length; i += atOnce) {
    for (const one of await Promise.allSettled(chosen.slice(i, i + atOnce).map(run))) {
      if (one.status === 'fulfilled') backs.push(one.value)
      else wrong = one.reason
    }
  }
  const failed = wrong === undefined ? '' : t('message.failedAct', { why: errorWords(wrong) })
  const done = t('inbox.lotDone', { does, count: backs.length })
  toast(backs.length === 0 ? { text: failed } : { text: failed ? `${done}. ${failed}` : done, undo: () => void act(Promise.all(backs.map((back) => back()))).then(onBack) })
}

/** Marks all of a conversation as read. What takes it back begins at the oldest message that was unread. */
async function read(store: Inbox, { id, unread, lastMessage }: Conversation, newest: () => Promise<{ items: { id: string, seen: boolean, direction: string }[] }>): Promise<Back> {
  if (unread === 0 || !lastMessage) return async () => undefined
  const { items } = await newest()
  const oldest = items.findLast(({ seen, direction }) => !seen && direction === 'in')
  await store.markRead(id, lastMessage.id)
  return async () => oldest && store.markUnread(id, oldest.id)
}
