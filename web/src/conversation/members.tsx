import type { Contact } from '#client'
import { useEffect, useState } from 'preact/hooks'
import { errorWords } from '../shell/error-words.ts'
import { t } from '../i18n.ts'
import { Avatar } from '../message/avatar.tsx'
import { useClient } from '../session.ts'

/** The people of a conversation. */
export function Members({ id }: { id: string }) {
  const client = useClient()
  const [found, setFound] = useState<{ items?: Contact[], wrong?: string }>({})
  useEffect(() => {
    client.call('conversation.members', { id }).then(setFound, (error: unknown) => setFound({ wrong: errorWords(error) }))
  }, [id])
  if (found.wrong) return <p class="bad" role="alert">{found.wrong}</p>
  if (!found.items) return <p class="quiet">{t('conversation.loading')}</p>
  return <ul class="plain stack">{found.items.map(({ id, name, addresses }) => <li key={id} class="row"><Avatar name={name || addresses[0]?.address || ''} contactId={id} /><a href={`/person/${id}`}><bdi>{name || addresses[0]?.address}</bdi></a></li>)}</ul>
}
