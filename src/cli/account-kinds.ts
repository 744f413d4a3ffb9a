import type { Command } from 'commander'
import { withAdmin } from './admin.ts'
import type { Io } from './io.ts'
import { painter } from './paint.ts'
import type { GlobalOptions } from './where.ts'

type Schema = { properties?: Record<string, Schema>, required?: string[], type?: string | string[], enum?: unknown[], const?: unknown, anyOf?: Schema[], title?: string, description?: string, default?: unknown, secret?: boolean }

/** `kinbox account kinds [--json]`: what can be connected, and what its settings are. */
export function accountKinds(parent: Command, io: Io): void {
  parent.command('kinds').option('--json', 'the whole JSON Schema of each kind').description('show what can be connected, and the settings of each')
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>()
      const kinds = await withAdmin(io, options, actions => actions.accountKinds({}), { makes: true })
      if (options.json) return void io.stdout.write(JSON.stringify(kinds, null, 2) + '\n')
      const { bold, dim } = painter(io)
      for (const { kind, title, settings } of kinds) {
        io.stdout.write(`${bold(kind)}  ${title}\n`)
        for (const text of settingLines(settings as Schema, '')) io.stdout.write('  ' + text.replace(/ {2}.*/, rest => dim(rest)) + '\n')
        io.stdout.write('\n')
      }
    })
}

function settingLines(schema: Schema, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (field.properties) return settingLines(field, `${prefix}${name}.`)
    const notes = [
      typeWords(field),
      schema.required?.includes(name) && field.default === undefined ? 'required' : null,
      field.secret ? 'secret' : null,
      field.default !== undefined ? `default ${JSON.stringify(field.default)}` : null
    ].filter(note => note !== null)
    const words = [field.title, field.description].filter(text => text !== undefined).map(text => text.replace(/\.$/, ''))
    return [`${prefix}${name}  ${[notes.join(', '), ...words].join('. ')}`]
  })
}

function typeWords({ type, enum: choices, anyOf, const: only }: Schema): string {
  if (only !== undefined) return JSON.stringify(only)
  if (choices) return choices.map(choice => JSON.stringify(choice)).join(' or ')
  if (anyOf) return anyOf.map(typeWords).join(' or ')
  return [type ?? 'anything'].flat().join(' or ')
}
