/** What somebody has written and not sent: text, subject, what it answers, and what was chosen for it. Files are named by their blobs. */
export type Draft = {
  text: string
  subject?: string
  replyTo?: string
  way?: { accountId: string, channel: string, address?: string }
  files?: { id: string, name: string, contentType: string, size: number }[]
}

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
const prefix = 'kinbox.draft.'

/** Drafts on this device, by where they go: a conversation's id, or `new`. A shelf that is full or forbidden keeps nothing, and nobody is disturbed. */
export function drafts(shelf: Shelf) {
  const key = (place: string) => prefix + place
  return {
    get(place: string): Draft {
      try {
        const found: unknown = JSON.parse(shelf.getItem(key(place)) ?? 'null')
        return isDraft(found) ? found : { text: '' }
      } catch {
        return { text: '' }
      }
    },
    /** An empty draft is taken away. */
    put(place: string, draft: Draft): void {
      try {
        if (isEmpty(draft)) shelf.removeItem(key(place))
        else shelf.setItem(key(place), JSON.stringify(draft))
      } catch {
        // Full, or forbidden: the text is still on the screen.
      }
    }
  }
}

/** Takes all drafts off a shelf: whoever signs in next in this browser is not to read them. */
export function dropDrafts(shelf: Pick<Storage, 'length' | 'key' | 'removeItem'>): void {
  const keys = Array.from({ length: shelf.length }, (_, at) => shelf.key(at) ?? '')
  for (const key of keys) if (key.startsWith(prefix)) shelf.removeItem(key)
}

/** Nothing that anybody would miss. */
export function isEmpty({ text, subject, files }: Draft): boolean {
  return text.trim() === '' && !subject?.trim() && !files?.length
}

/** What came back and what was written since, in this order: nothing of either is lost. */
export function joined(back: Draft, now: Draft): Draft {
  return isEmpty(now) ? { ...back, ...(now.way ? { way: now.way } : {}) } : { ...back, ...now, text: [back.text, now.text].filter((text) => text.trim() !== '').join('\n\n'), files: [...back.files ?? [], ...now.files ?? []] }
}

function isDraft(found: unknown): found is Draft {
  return typeof found === 'object' && found !== null && 'text' in found && typeof found.text === 'string'
}
