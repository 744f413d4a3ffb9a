import type { Because } from '#client'
import { useSaid } from '../said/said.ts'

/** Why something is where it is: the reason and what it rests on. */
export function Why({ because: { text, evidence } }: { because: Because }) {
  const said = useSaid()
  return (
    <div class="why">
      <p dir="auto">{said(text)}</p>
      {evidence.length > 0 && <ul class="quiet small">{evidence.map((one, index) => <li key={index} dir="auto">{said(one)}</li>)}</ul>}
    </div>
  )
}
