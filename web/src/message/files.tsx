import type { Attachment } from '#client'
import { useEffect, useState } from 'preact/hooks'
import { act } from '../hooks/act.ts'
import { language, t } from '../i18n.ts'
import { useSaid } from '../said/said.ts'
import { useClient } from '../session.ts'
import { Player, plays } from './player.tsx'
import { sizeWords } from './size.ts'

/** The files of a message: a picture where there is a small one, sound and film where they can be played, and for each a button that downloads it. */
export function Files({ files }: { files: readonly Attachment[] }) {
  if (files.length === 0) return null
  return <ul class="plain files" aria-label={t('message.files', { count: files.length })}>{files.map((file) => <File key={file.id} file={file} />)}</ul>
}

function File({ file }: { file: Attachment }) {
  const { id, name, size, thumbnail, warning } = file
  const kind = plays(file)
  const said = useSaid()
  const client = useClient()
  const download = () => act(client.call('blob.url', { id }).then(({ path }) => save(path, name)))
  return (
    <li class="file">
      {kind && <Player file={file} kind={kind} />}
      <button type="button" class="file-button" onClick={download}>
        {thumbnail && <Picture {...thumbnail} />}
        <span class="file-words"><span class="for-readers">{t('message.download')} </span><bdi class="file-name">{name.trim() || t('message.unnamed')}</bdi> <span class="quiet small">{sizeWords(size, language())}</span></span>
      </button>
      {warning && <p class="warn small" dir="auto">⚠ {said(warning)}</p>}
    </li>
  )
}

/** Its place is there before the picture is, so that nothing jumps. */
function Picture({ id, width, height }: { id: string, width: number, height: number }) {
  const client = useClient()
  const [src, setSrc] = useState<string | null>(null)
  useEffect(() => {
    let gone = false
    client.call('blob.url', { id }).then(({ path }) => !gone && setSrc(path), () => undefined)
    return () => { gone = true }
  }, [id])
  return src === null ? <span class="file-picture" style={{ aspectRatio: `${width} / ${height}`, inlineSize: width + 'px' }} /> : <img class="file-picture" src={src} width={width} height={height} alt="" />
}

/** Hands a file of the server to the browser's downloads. */
export function save(path: string, name: string): void {
  const link = document.createElement('a')
  link.href = path
  link.download = name
  link.click()
}
