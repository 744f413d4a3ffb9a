import { t } from '../i18n.ts'

/** Which of the three steps one is at. */
export function Steps({ at }: { at: 1 | 2 | 3 }) {
  return (
    <ol class="steps" aria-label={t('welcome.step', { at })}>
      {([1, 2, 3] as const).map((step) => (
        <li key={step} aria-current={step === at ? 'step' : undefined} class={step < at ? 'steps-done' : undefined}>
          <span aria-hidden="true">{step < at ? '✓' : step}</span> {t(`welcome.step${step}`)}
        </li>
      ))}
    </ol>
  )
}
