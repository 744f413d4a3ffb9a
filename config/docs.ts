import { mkdirSync, writeFileSync } from 'node:fs'
import { options } from './options.ts'
import { tomlKey } from './read.ts'

const lines = Object.values(options).map(({ env, kind, default: fallback, doc, secret }) => ({
  env, doc, secret, words: kind.words, example: kind.example, fallback: (kind.write as (value: unknown) => string)(fallback)
}))

/** example.env: every option with its default, commented out. */
export function exampleEnv(): string {
  const parts = lines.map(({ env, doc, words, example, fallback }) => `# ${doc}\n# ${words}\n#${env}=${fallback || example}\n`)
  return '# Generated from config/options.ts by: node config/docs.ts\n# What is commented out stands at its default, or shows an example where there is none.\n\n' + parts.join('\n')
}

/** docs/configuration.md. */
export function configurationPage(): string {
  const sections = lines.map(({ env, doc, secret, words, example, fallback }) => [
    `## ${env}`, '', doc, '',
    `* Value: ${words}, for example \`${example}\``,
    `* Default: ${fallback === '' ? 'not set' : `\`${fallback}\``}`,
    `* In the file: \`${tomlKey(env)}\`${secret ? ` or \`${tomlKey(env)}_file\`` : ''}`,
    ...(secret ? [`* Secret: never shown. \`${env}_FILE\` may name a file that holds it.`] : []), ''
  ].join('\n'))
  return `# Configuration

Generated from config/options.ts by \`node config/docs.ts\`. Nothing has to be set.

An option is taken from the environment, else from the file that \`KINBOX_CONFIG\` names (TOML), else it has its default. An empty
variable counts as not set. A wrong value stops the start with words that say which option it is, what is wrong and what to write; a
\`KINBOX_\` variable that is not known is logged with a suggestion.

\`\`\`toml
port = 8420
public_url = "https://kinbox.example.org"
origins = ["https://kinbox.example.org"]
\`\`\`

${sections.join('\n')}`
}

if (import.meta.main) {
  mkdirSync(new URL('../docs/', import.meta.url), { recursive: true })
  writeFileSync(new URL('example.env', import.meta.url), exampleEnv())
  writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationPage())
}
