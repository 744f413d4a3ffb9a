import { hueOf, initialsOf } from './name.ts'

/** A picture of somebody: their letters on their colour. It says nothing that the name beside it does not say. */
export function Avatar({ name, large = false }: { name: string, large?: boolean }) {
  return <span class={`avatar hue-${hueOf(name)}${large ? ' avatar-large' : ''}`} aria-hidden="true">{initialsOf(name)}</span>
}
