import type { Message } from '#client'
import { nameOf } from './name.ts'

/** The reactions to a message: each sign once, with how many and who. */
export function Reactions({ reactions }: Pick<Message, 'reactions'>) {
  const bySign = Map.groupBy(reactions, ({ emoji }) => emoji)
  if (bySign.size === 0) return null
  return (
    <ul class="plain reactions">
      {[...bySign].map(([emoji, all]) => {
        const names = all.map(({ sender }) => nameOf(sender)).join(', ')
        return <li key={emoji} class="reaction" title={names}>{emoji}{all.length > 1 ? ' ' + all.length : ''}<span class="for-readers"> {names}</span></li>
      })}
    </ul>
  )
}
