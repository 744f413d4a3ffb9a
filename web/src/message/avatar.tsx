import { useState } from 'preact/hooks'
import { useFace } from './faces.ts'
import { hueOf, initialsOf } from './name.ts'

/** A picture of somebody: of the contact where there is one that can be shown, else their letters on their colour. It says nothing that the name beside it does not say. */
export function Avatar({ name, contactId, large = false }: { name: string, contactId?: string | undefined, large?: boolean }) {
  const path = useFace(contactId)
  const [broken, setBroken] = useState<string | null>(null)
  const size = large ? ' avatar-large' : ''
  if (path !== null && path !== broken) return <img class={`avatar avatar-picture${size}`} src={path} alt="" draggable={false} onError={() => setBroken(path)} />
  return <span class={`avatar hue-${hueOf(name)}${size}`} aria-hidden="true">{initialsOf(name)}</span>
}
