import { useState } from 'preact/hooks'
import { useLive } from '../hooks/use-live.ts'
import { languages, speak, t } from '../i18n.ts'
import type { Language } from '../i18n.ts'
import { leave, useStore } from '../session.ts'
import { errorWords } from '../shell/error-words.ts'
import { drawAnew } from '../shell/redraw.ts'
import { toast } from '../shell/toast.tsx'
import { chooseInvisible, invisible } from './presence.ts'
import { chooseTheme, theme, themes } from './theme.ts'
import type { Theme } from './theme.ts'

/** What holds for this browser, what holds for the user everywhere, and the way out. */
export function General() {
  const store = useStore()
  const settings = useLive(store.settings)
  const colours = useLive(theme)
  const hidden = useLive(invisible)
  const [busy, setBusy] = useState(false)
  const readMarkers = async (sendReadMarkers: boolean) => {
    await store.saveSettings({ sendReadMarkers }).catch((error: unknown) => toast({ text: errorWords(error) }))
  }
  return (
    <div class="stack">
      <section class="card stack" aria-labelledby="here">
        <h2 id="here">{t('settings.here')}</h2>
        <div class="field">
          <label htmlFor="language">{t('settings.language')}</label>
          <select id="language" value={document.documentElement.lang} onChange={({ currentTarget }) => void speak(currentTarget.value as Language, true).then(drawAnew)}>
            {Object.entries(languages).map(([code, name]) => <option key={code} value={code} lang={code}>{name}</option>)}
          </select>
        </div>
        <div class="field">
          <label htmlFor="theme">{t('settings.theme')}</label>
          <select id="theme" value={colours} onChange={({ currentTarget }) => chooseTheme(currentTarget.value as Theme)}>
            {themes.map((one) => <option key={one} value={one}>{t(`settings.themes.${one}`)}</option>)}
          </select>
        </div>
      </section>
      <section class="card" aria-labelledby="others">
        <h2 id="others">{t('settings.others')}</h2>
        <label class="check">
          <input type="checkbox" checked={settings?.sendReadMarkers ?? false} disabled={!settings} onChange={({ currentTarget }) => void readMarkers(currentTarget.checked)} />
          <span>{t('settings.readMarkers')}<br /><span class="quiet small">{t('settings.readMarkersHint')}</span></span>
        </label>
        <label class="check">
          <input type="checkbox" checked={hidden} onChange={({ currentTarget }) => chooseInvisible(currentTarget.checked)} />
          <span>{t('settings.invisible')}<br /><span class="quiet small">{t('settings.invisibleHint')}</span></span>
        </label>
      </section>
      <p><button type="button" disabled={busy} onClick={() => { setBusy(true); void leave() }}>{t('settings.signOut')}</button></p>
    </div>
  )
}
