import type { Connector, Named } from '../connector.ts'
import { notAnAddress } from '../model/address-words.ts'
import { checker } from '../model/checker.ts'
import { wrongIn } from '../model/wrong.ts'

/** Settings that a connector does not take. The message names the field and what is expected, never its value. */
export class WrongSettings extends Error {
  readonly kind = 'invalid_params'
}

/** Checks settings against a connector's own schema. Throws WrongSettings. */
export function checkSettings(connector: Connector, settings: unknown): void {
  const { accepts, errors } = checker(connector.settings)
  if (accepts(settings)) return
  throw new WrongSettings(`${wrongIn('settings', errors(settings), connector.settings, settings)}. account.kinds shows what it takes`)
}

/** What settings make the user's own, each in its one form. Throws WrongSettings for an address that is none. */
export function ownOf(connector: Connector, settings: unknown): Named[] {
  const region = connector.context?.(settings).region ?? null
  return connector.own(settings).map(({ kind, address, name }) => {
    const canonical = connector.canonical(kind, address, { region })
    if (canonical === null) throw new WrongSettings(notAnAddress(kind, address))
    return { kind, address: canonical, ...(name ? { name } : {}) }
  })
}

type Schema = { properties?: Record<string, Schema>, secret?: boolean }

/** New settings with the secrets they leave out taken from the old ones, so that a form never has to show them. */
export function keepSecrets(schema: object, old: unknown, settings: unknown): unknown {
  const { properties = {} } = schema as Schema
  if (!isObject(old) || !isObject(settings)) return settings
  const kept: Record<string, unknown> = { ...settings }
  for (const [name, field] of Object.entries(properties)) {
    if (field.secret && !(name in kept) && name in old) kept[name] = old[name]
    else if (field.properties && name in kept) kept[name] = keepSecrets(field, old[name], kept[name])
  }
  return kept
}

/** Settings without their secrets, and where those are: `outgoing.password`. */
export function withoutSecrets(schema: object, settings: unknown, at = ''): { settings: unknown, secrets: string[] } {
  const { properties = {} } = schema as Schema
  if (!isObject(settings) || !(schema as Schema).properties) return { settings, secrets: [] }
  const told: Record<string, unknown> = {}
  const secrets: string[] = []
  for (const [name, value] of Object.entries(settings)) {
    const field = properties[name]
    // What the schema does not know (any more) may be a secret.
    if (!field || field.secret) {
      secrets.push(at + name)
      continue
    }
    const inner = withoutSecrets(field, value, `${at}${name}.`)
    told[name] = inner.settings
    secrets.push(...inner.secrets)
  }
  return { settings: told, secrets }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
