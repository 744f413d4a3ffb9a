import { t } from '../i18n.ts'
import { Dialog } from './dialog.tsx'
import { helpOfKeys } from './keys.ts'

/** The keys that work where one is. */
export function KeysHelp({ onClose }: { onClose(): void }) {
  const mac = /Mac|iPhone|iPad/.test(navigator.userAgent)
  const shown = (key: string) => key.split('+').map((part) => part === 'mod' ? mac ? '⌘' : 'Ctrl' : part === 'Escape' ? 'Esc' : part === 'shift' ? 'Shift' : part).join(' + ')
  return (
    <Dialog title={t('shell.keys')} onClose={onClose}>
      <dl class="keys">
        {helpOfKeys().map(({ keys, does }) => (
          <div key={keys}><dt>{keys.split(' ').map((key, index) => <span key={index}>{index > 0 && ' '}<kbd>{shown(key)}</kbd></span>)}</dt><dd>{t(does)}</dd></div>
        ))}
      </dl>
    </Dialog>
  )
}
