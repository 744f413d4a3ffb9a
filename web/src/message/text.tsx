import { useMemo } from 'preact/hooks'
import { linksIn } from './links.ts'

/** A text as it was written. Only whole web addresses become links: they show by themselves where they go. */
export function Text({ text, class: name = '' }: { text: string, class?: string }) {
  const pieces = useMemo(() => linksIn(text), [text])
  return (
    <div class={'wrap message-text ' + name} dir="auto">
      {pieces.map(({ text, href }, index) => href ? <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow">{text}</a> : text)}
    </div>
  )
}
