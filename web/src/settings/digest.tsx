import type { Settings } from '#client'
import { useState } from 'preact/hooks'
import { useLive } from '../hooks/use-live.ts'
import { language, t } from '../i18n.ts'
import { useStore } from '../session.ts'
import { errorWords } from '../shell/error-words.ts'
import { toast } from '../shell/toast.tsx'

const hours = Array.from({ length: 24 }, (_, hour) => hour)
const streams = ['newsletters', 'notifications', 'receipts'] as const
const days = [7, 30, 90, 365]

/** The time of the clock, as this language writes it. */
const hourWords = (hour: number) => new Intl.DateTimeFormat(language(), { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' }).format(hour * 3_600_000)

/** When Kinbox tells what is new in Other, what it learns about spam, and how long what machines sent is kept. */
export function DigestSettings() {
  const store = useStore()
  const settings = useLive(store.settings)
  const save = (patch: Partial<Omit<Settings, 'rev'>>) => void store.saveSettings(patch).catch((error: unknown) => toast({ text: errorWords(error) }))
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone
  const zones = [...new Set([here, ...settings?.timeZone ? [settings.timeZone] : [], ...Intl.supportedValuesOf('timeZone')])]
  return (
    <div class="stack">
      <section class="card stack" aria-labelledby="digest">
        <h2 id="digest">{t('digest.title')}</h2>
        <label class="check">
          <input type="checkbox" checked={settings?.digest ?? false} disabled={!settings} onChange={({ currentTarget: { checked } }) => save({ digest: checked, ...checked && settings?.timeZone === null ? { timeZone: here } : {} })} />
          <span>{t('digest.on')}<br /><span class="quiet small">{t('digest.onHint')}</span></span>
        </label>
        <div class="field">
          <label htmlFor="digest-hour">{t('digest.hour')}</label>
          <select id="digest-hour" value={settings?.digestHour} disabled={!settings?.digest} onChange={({ currentTarget }) => save({ digestHour: Number(currentTarget.value), ...settings?.timeZone === null ? { timeZone: here } : {} })}>
            {hours.map((hour) => <option key={hour} value={hour}>{hourWords(hour)}</option>)}
          </select>
        </div>
        <div class="field">
          <label htmlFor="time-zone">{t('digest.zone')}</label>
          <select id="time-zone" value={settings?.timeZone ?? ''} disabled={!settings?.digest} onChange={({ currentTarget }) => save({ timeZone: currentTarget.value || null })}>
            <option value="">{t('digest.serverZone')}</option>
            {zones.map((zone) => <option key={zone} value={zone}>{zone.replaceAll('_', ' ')}</option>)}
          </select>
        </div>
      </section>
      <section class="card" aria-labelledby="spam">
        <h2 id="spam">{t('digest.spam')}</h2>
        <label class="check">
          <input type="checkbox" checked={settings?.learnSpam ?? false} disabled={!settings} onChange={({ currentTarget }) => save({ learnSpam: currentTarget.checked })} />
          <span>{t('digest.learn')}<br /><span class="quiet small">{t('digest.learnHint')}</span></span>
        </label>
      </section>
      {settings && <Keeping kept={settings.keepDays} onSave={(keepDays) => save({ keepDays })} />}
    </div>
  )
}

/** What is older is gone for good, so nothing counts before its button is pressed: arrow keys go through a list. */
function Keeping({ kept, onSave }: { kept: Settings['keepDays'], onSave(days: Settings['keepDays']): void }) {
  const [wanted, want] = useState(kept)
  const changed = streams.some((stream) => wanted[stream] !== kept[stream])
  return (
    <form class="card stack" aria-labelledby="keep" onSubmit={(event) => { event.preventDefault(); if (changed) onSave(wanted) }}>
      <h2 id="keep">{t('digest.keep')}</h2>
      <p class="quiet small">{t('digest.keepHint')}</p>
      {streams.map((stream) => (
        <div class="field" key={stream}>
          <label htmlFor={`keep-${stream}`}>{t(`streams.names.${stream}`)}</label>
          <select id={`keep-${stream}`} value={wanted[stream] ?? ''} onChange={({ currentTarget }) => want({ ...wanted, [stream]: Number(currentTarget.value) || null })}>
            <option value="">{t('digest.forEver')}</option>
            {[...new Set([...days, wanted[stream] ?? 30, kept[stream] ?? 30])].sort((a, b) => a - b).map((count) => <option key={count} value={count}>{t('digest.days', { count })}</option>)}
          </select>
        </div>
      ))}
      <div class="row"><button type="submit" aria-disabled={!changed}>{t('settings.save')}</button></div>
    </form>
  )
}
