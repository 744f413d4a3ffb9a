import { useEffect, useState } from 'preact/hooks'
import { useLive } from '../hooks/use-live.ts'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'

/** A cut of less than this is not worth a word. */
const patienceMs = 1500

/** Says that the page is not connected, and that it tries again by itself. The browser knows sooner than the connection that its network is gone. */
export function Offline() {
  const client = useClient()
  const status = useLive(client.status)
  const [network, setNetwork] = useState(navigator.onLine)
  const [late, setLate] = useState(false)
  useEffect(() => {
    const look = () => setNetwork(navigator.onLine)
    addEventListener('online', look)
    addEventListener('offline', look)
    return () => {
      removeEventListener('online', look)
      removeEventListener('offline', look)
    }
  }, [])
  const cut = status !== 'live' || !network
  useEffect(() => {
    setLate(false)
    if (!cut) return
    const timer = setTimeout(() => setLate(true), patienceMs)
    return () => clearTimeout(timer)
  }, [cut])
  return (
    <div role="status" class="offline-place">
      {late && cut && <div class="offline"><span>{t('shell.offline')}</span> <button type="button" class="button-small" onClick={() => client.wake()}>{t('shell.tryNow')}</button></div>}
    </div>
  )
}
