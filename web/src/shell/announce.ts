import { cell } from '../hooks/observable.ts'

/** What the live region says now; drawn by the shell. */
export const announced = cell<{ text: string, count: number }>({ text: '', count: 0 })

/** Tells somebody who listens to the page, politely: it waits until the screen reader is silent. The same words twice are said twice. */
export function announce(text: string): void {
  announced.set({ text, count: announced.value.count + 1 })
}
