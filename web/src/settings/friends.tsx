import type { Settings } from '#client'
import { useLive } from '../hooks/use-live.ts'
import { t } from '../i18n.ts'
import { useStore } from '../session.ts'
import { errorWords } from '../shell/error-words.ts'
import { toast } from '../shell/toast.tsx'

type Switch = { [K in keyof Settings]: Settings[K] extends boolean ? K : never }[keyof Settings]

const teach: Switch[] = ['teachByMoving', 'teachByReplying', 'teachByApproving']
const befriend: Switch[] = ['befriendByMoving', 'befriendByReplying', 'befriendByApproving']

/** Who gets into the inbox by themselves, and what of the user's doing counts as their word. */
export function FriendSettings() {
  const store = useStore()
  const settings = useLive(store.settings)
  const save = (patch: Partial<Omit<Settings, 'rev'>>) => void store.saveSettings(patch).catch((error: unknown) => toast({ text: errorWords(error) }))
  const check = (name: Switch, hint?: string) => (
    <label class="check" key={name}>
      <input type="checkbox" checked={settings?.[name] ?? false} disabled={!settings} onChange={({ currentTarget }) => save({ [name]: currentTarget.checked })} />
      <span>{t(`settings.${name}`)}{hint && <><br /><span class="quiet small">{hint}</span></>}</span>
    </label>
  )
  return (
    <div class="stack">
      <section class="card">
        <label class="check">
          <input type="checkbox" checked={settings?.inboxFor === 'basic'} disabled={!settings} onChange={({ currentTarget }) => save({ inboxFor: currentTarget.checked ? 'basic' : 'strict' })} />
          <span>{t('settings.inboxFor')}<br /><span class="quiet small">{t('settings.inboxForHint')}</span></span>
        </label>
        {check('verifiedOnly', t('settings.verifiedOnlyHint'))}
        {check('shareFriends', t('settings.shareFriendsHint'))}
      </section>
      <section class="card" aria-labelledby="teach"><h2 id="teach">{t('settings.teach')}</h2>{teach.map((name) => check(name))}<p><a href="/rules">{t('rules.title')}</a></p></section>
      <section class="card" aria-labelledby="befriend"><h2 id="befriend">{t('settings.befriend')}</h2>{befriend.map((name) => check(name))}</section>
    </div>
  )
}
