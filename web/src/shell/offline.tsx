import { useEffect, useState } from 'preact/hooks'
import { useLive } from '../hooks/use-live.ts'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'

/** A cut of less than this is not worth a word. */
const patienceMs = 1500

/** Says that the page is not connected, why, and that it tries again by itself. */
export function Offline() {
  const client = useClient()
  const status = useLive(client.status)
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (status === 'live') return setLate(false)
    const timer = setTimeout(() => setLate(true), patienceMs)
    return () => clearTimeout(timer)
  }, [status])
  return (
    <div role="status" class="offline-place">
      {late && status !== 'live' && <div class="offline"><span>{t('shell.offline')}</span> <button type="button" class="button-small" onClick={() => client.wake()}>{t('shell.tryNow')}</button></div>}
    </div>
  )
}
