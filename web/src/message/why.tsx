import type { Because } from '#client'

/** Why something is where it is: the reason and what it rests on. */
export function Why({ because: { text, evidence } }: { because: Because }) {
  return (
    <div class="why">
      <p dir="auto">{text}</p>
      {evidence.length > 0 && <ul class="quiet small">{evidence.map((one, index) => <li key={index} dir="auto">{one}</li>)}</ul>}
    </div>
  )
}
