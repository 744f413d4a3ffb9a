import { stripVTControlCharacters } from 'node:util'
import type { Io } from './io.ts'

export type Paint = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] } as const

/** Colours on a terminal only, and never where NO_COLOR is set (no-color.org). */
export function painter({ stdout, env }: Pick<Io, 'stdout' | 'env'>): Paint {
  const on = stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  const paint = Object.entries(codes).map(([name, [open, close]]) => [name, (text: string) => on ? `\u001b[${open}m${text}\u001b[${close}m` : text])
  return Object.fromEntries(paint) as Paint
}

/**
 * A stranger's text made safe for a terminal: no escape sequences, no control characters but the line end, nothing that turns the direction of writing.
 */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replace(/\r\n?/g, '\n').replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ').replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, '')
}

/** The same on one line. */
export function line(text: string): string {
  return clean(text).replace(/\s+/g, ' ').trim()
}

const signs: Record<string, string> = { email: '✉', sms: '✆', chat: '◉' }

/** A channel's sign and name: `✉ email`. */
export function channelSign(channel: string): string {
  return `${signs[channel] ?? '•'} ${line(channel)}`
}

/** As short as it is clear: the time today, the day this year, else the date. In the local time zone. */
export function shortTime(at: string, now: number): string {
  const time = new Date(at)
  const today = new Date(now)
  const day = (date: Date) => date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
  if (time.toDateString() === today.toDateString()) return clock(at)
  return time.getFullYear() === today.getFullYear() ? day(time) : `${day(time)} ${time.getFullYear()}`
}

/** `21:03`, in the local time zone. */
export function clock(at: string): string {
  return new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
}

/** `Thursday, 19 November 2026`, in the local time zone. */
export function longDay(at: string): string {
  return new Date(at).toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
}

/** Cut to a width, with `…` where something is missing. */
export function cut(text: string, width: number): string {
  const letters = [...text]
  return letters.length <= width ? text : letters.slice(0, Math.max(0, width - 1)).join('') + '…'
}

/** Filled with spaces to a width. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - [...text].length))
}

/** Breaks paragraphs at words; words that are too long stay whole. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap(paragraph => {
    const lines = ['']
    for (const word of paragraph.split(' ')) {
      const last = lines.at(-1)!
      if (last && [...last].length + 1 + [...word].length > width) lines.push(word)
      else lines[lines.length - 1] = last ? `${last} ${word}` : word
    }
    return lines
  })
}
