import { t } from '../i18n.ts'

export type Uploaded = { id: string, name: string, contentType: string, size: number }

/** Puts a file on the server, for message.send. Throws an error with words. */
export async function upload(file: File): Promise<Uploaded> {
  const answer = await fetch('/v1/blobs', {
    method: 'POST', body: file, credentials: 'same-origin',
    headers: { 'content-type': /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(file.type) ? file.type : 'application/octet-stream', 'x-filename': encodeURIComponent(file.name || 'file') }
  }).catch(() => { throw new Error(t('composer.uploadLost', { name: file.name })) })
  const body = await answer.json().catch(() => ({})) as Partial<Uploaded> & { error?: { message?: string }, message?: string }
  if (!answer.ok || !body.id) throw new Error(body.error?.message ?? body.message ?? t('composer.uploadLost', { name: file.name }))
  return { id: body.id, name: body.name ?? file.name, contentType: body.contentType ?? file.type, size: body.size ?? file.size }
}

/** The files that a paste or a drop brings. */
export function filesOf(data: DataTransfer | null): File[] {
  return [...data?.files ?? []]
}
