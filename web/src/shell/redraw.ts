import { cell } from '../hooks/observable.ts'

/** Rises when everything is to be drawn anew: the words have changed. */
export const drawing = cell(0)

/** Draws the page anew. */
export function drawAnew(): void {
  drawing.set(drawing.value + 1)
}
