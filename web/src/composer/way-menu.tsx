import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { t } from '../i18n.ts'
import { channelWords, ChannelSign } from '../message/channel.tsx'
import { useSaid } from '../said/said.ts'
import type { Resolved, Way } from './ways.ts'
import { wayKey, waysOf } from './ways.ts'

/** Which way a message goes and why, and a menu of the others with what they cost. */
export function WayMenu({ resolved, onChoose }: { resolved: Resolved, onChoose(way: Way): void }) {
  const said = useSaid()
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const id = useId()
  const ways = waysOf(resolved)
  const [chosen] = ways as [Way, ...Way[]]
  // Before it is drawn: whoever sees the menu can close it. Escape is heard first here, wherever the focus is, else it would leave the conversation.
  useLayoutEffect(() => {
    if (!open) return
    const outside = (event: Event) => { if (!box.current?.contains(event.target as Node)) setOpen(false) }
    const escape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      close()
    }
    document.addEventListener('pointerdown', outside)
    document.addEventListener('keydown', escape, true)
    box.current?.querySelector<HTMLElement>('[role=menuitemradio]')?.focus()
    return () => {
      document.removeEventListener('pointerdown', outside)
      document.removeEventListener('keydown', escape, true)
    }
  }, [open])

  const move = (event: KeyboardEvent) => {
    const items = [...box.current?.querySelectorAll<HTMLElement>('[role=menuitemradio]') ?? []]
    const at = items.indexOf(document.activeElement as HTMLElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key]
    if (to === undefined) return
    items.at(to % items.length)?.focus()
    event.preventDefault()
    event.stopPropagation()
  }
  const close = () => {
    setOpen(false)
    box.current?.querySelector('button')?.focus()
  }
  const choose = (way: Way) => {
    if (!way.ok) return
    onChoose(way)
    close()
  }
  return (
    <div class="way" ref={box}>
      <button type="button" class="button-small" aria-haspopup="menu" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        <ChannelSign channel={chosen.channel} /> <bdi>{chosen.to}</bdi> <span aria-hidden="true">▾</span>
      </button>
      <span class="quiet small way-because" dir="auto">{said(resolved.because.text)}</span>
      {open && (
        <div class="way-menu" role="menu" id={id} aria-label={t('composer.ways')} onKeyDown={move}>
          {ways.map((way) => (
            <button type="button" key={wayKey(way)} role="menuitemradio" aria-checked={way.chosen} aria-disabled={!way.ok} tabIndex={-1} class="way-one" onClick={() => choose(way)}>
              <span>{channelWords(way.channel)}: <bdi>{way.from}</bdi> → <bdi>{way.to}</bdi></span>
              <span class="quiet small">{way.ok ? costWords(way) : said(way.whyNot ?? '')}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  )
}

/** What a message costs this way, in pieces and units. */
export function costWords({ parts, cost }: Pick<Way, 'parts' | 'cost'>): string {
  return cost === 0 ? t('composer.free') : t('composer.cost', { count: parts, cost })
}
