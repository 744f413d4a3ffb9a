import { t } from '../i18n.ts'
import { Avatar } from '../message/avatar.tsx'
import { contactName } from '../person/person.tsx'
import type { Person } from './use-hits.ts'

/** People whose names or addresses begin with what is looked for, each the way to their page. Their rows are walked like the hits below. */
export function People({ people }: { people: readonly Person[] }) {
  return (
    <ul class="plain search-people" aria-label={t('search.people')}>
      {people.map((person) => {
        const name = contactName(person)
        const address = person.addresses[0]?.address
        return <li key={person.id} data-row={person.id}><a data-focus class="search-person" href={`/person/${person.id}`}><Avatar name={name} /><span><bdi>{name}</bdi>{address !== undefined && address !== name && <><br /><bdi class="quiet small">{address}</bdi></>}</span></a></li>
      })}
    </ul>
  )
}
