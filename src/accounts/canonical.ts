import type { Address, Connector } from '../connector.ts'
import { accountSettings, listAccounts } from '../store/accounts.ts'
import { notAnAddress } from '../model/address-words.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import { WrongSettings } from './settings.ts'

export type CanonicalDeps = { store: Store, seal: Seal, region: string | null, connector(kind: string): Promise<Connector>, kinds(): string[] }

/**
 * The one form of an address: read by the connectors of the user's accounts, in their region; by the others where no account
 * knows its kind, first by the one that is called like it: then no other is loaded. Throws an error with words when nobody can read it.
 */
export function canonicalizer({ store, seal, region, connector, kinds }: CanonicalDeps): (userId: number, address: Address) => Promise<Address> {
  return async (userId, { kind, address }) => {
    const accounts = await store.read((tx) => listAccounts(tx, userId).map((row) => ({ kind: row.kind, settings: accountSettings<unknown>(tx, seal, row.id) })))
    let known = false
    for (const one of [...accounts, ...[...kinds()].sort((a, b) => Number(b === kind) - Number(a === kind)).map((name) => ({ kind: name, settings: null }))]) {
      const found = await connector(one.kind)
      if (!found.reaches.includes(kind)) continue
      known = true
      const canonical = found.canonical(kind, address, { region: (one.settings === null ? null : found.context?.(one.settings).region) ?? region })
      if (canonical !== null) return { kind, address: canonical }
    }
    throw new WrongSettings(known ? notAnAddress(kind, address) : `no network here knows addresses of the kind "${kind.slice(0, 40)}": account.kinds lists what each reaches`)
  }
}
