import type { Attachment } from '#client'
import { useEffect, useState } from 'preact/hooks'
import { t } from '../i18n.ts'
import { useClient } from '../session.ts'

/** Whether a file is sound or film, by what it says it is; another one is never played. */
export function plays({ contentType, warning }: Pick<Attachment, 'contentType' | 'warning'>): 'audio' | 'video' | null {
  if (warning !== undefined) return null
  return /^audio\//i.test(contentType) ? 'audio' : /^video\//i.test(contentType) ? 'video' : null
}

/** A voice note or a film, played where it stands. Nothing of it is fetched before somebody wants to hear or see it. */
export function Player({ file: { id, name }, kind }: { file: Attachment, kind: 'audio' | 'video' }) {
  const client = useClient()
  const [src, setSrc] = useState<string | null>(null)
  const [cannot, setCannot] = useState(false)
  useEffect(() => {
    let gone = false
    client.call('blob.url', { id }).then(({ path }) => !gone && setSrc(path), () => undefined)
    return () => { gone = true }
  }, [client, id])
  if (src === null) return <span class={`player player-${kind}`} />
  if (cannot) return <p class="quiet small">{t('message.cannotPlay')}</p>
  const about = { class: `player player-${kind}`, src, controls: true, preload: 'none' as const, 'aria-label': name, onError: () => setCannot(true) }
  return kind === 'audio' ? <audio {...about} /> : <video {...about} playsInline />
}
