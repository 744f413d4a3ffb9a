import t from 'tap'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configurationPage, exampleEnv } from '../../config/docs.ts'
import { loadConfig, options } from '../../config/options.ts'
import { tempFolder } from '../fixtures/store.ts'

const secret = Buffer.alloc(32, 7).toString('base64')

t.test('without anything set there are the defaults', async t => {
  const { config, warnings } = loadConfig({ env: {} })
  t.match(config, { data: './data', host: '127.0.0.1', port: 8420, publicUrl: null, origins: [], region: null, logLevel: 'info', secretKey: null })
  t.same(warnings, [])
})

t.test('environment before file before default', async t => {
  const file = join(await tempFolder(t), 'kinbox.toml')
  await writeFile(file, 'port = 9000\nhost = "0.0.0.0"\norigins = ["https://a.example.org", "https://b.example.org:8443"]\nregion = "de"\n')
  const { config } = loadConfig({ env: { KINBOX_CONFIG: file, KINBOX_PORT: '9001', KINBOX_HOST: '' } })
  t.match(config, { port: 9001, host: '0.0.0.0', origins: ['https://a.example.org', 'https://b.example.org:8443'], region: 'DE', data: './data' })
  t.equal(loadConfig({ env: { KINBOX_PUBLIC_URL: 'https://kinbox.example.org/in/' } }).config.publicUrl, 'https://kinbox.example.org/in')
})

t.test('a secret may lie in a file of its own', async t => {
  const folder = await tempFolder(t)
  await writeFile(join(folder, 'key'), secret + '\n')
  await writeFile(join(folder, 'kinbox.toml'), `secret_key_file = "${join(folder, 'key')}"\n`)
  t.equal(loadConfig({ env: { KINBOX_SECRET_KEY_FILE: join(folder, 'key') } }).config.secretKey, secret)
  t.equal(loadConfig({ env: {}, file: join(folder, 'kinbox.toml') }).config.secretKey, secret)
})

t.test('an error names the option, what is wrong with its value, and what to write', async t => {
  const folder = await tempFolder(t)
  const files: Record<string, string> = {
    key: 'tell nobody', empty: ' \n', 'bad.toml': 'host = "127.0.0.1"\nport = \n', 'unknown.toml': 'prot = 1\n', 'type.toml': 'port = true\n', 'value.toml': 'port = 70000\n', 'two.toml': `secret_key = "x"\nsecret_key_file = "${join(folder, 'key')}"\n`
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const at = (name: string): string => join(folder, name)
  const cases: [Record<string, string>, RegExp[]][] = [
    [{ KINBOX_PORT: 'abc' }, [/^KINBOX_PORT is "abc", which is wrong: it is no whole number from 0 to 65535\. It must be .*, for example 8420\.$/]],
    [{ KINBOX_PORT: '-1' }, [/KINBOX_PORT is "-1"/]],
    [{ KINBOX_PORT: '1.5' }, [/KINBOX_PORT/]],
    [{ KINBOX_PORT: '65536' }, [/KINBOX_PORT/]],
    [{ KINBOX_HOST: 'localhost:8420' }, [/KINBOX_HOST .*the port is an option of its own/]],
    [{ KINBOX_HOST: 'http://localhost' }, [/KINBOX_HOST/]],
    [{ KINBOX_PUBLIC_URL: 'kinbox.example.org' }, [/KINBOX_PUBLIC_URL .*https:\/\//]],
    [{ KINBOX_PUBLIC_URL: 'ftp://kinbox.example.org' }, [/KINBOX_PUBLIC_URL/]],
    [{ KINBOX_PUBLIC_URL: 'https://ada:pw@kinbox.example.org' }, [/KINBOX_PUBLIC_URL .*more than/]],
    [{ KINBOX_ORIGINS: 'https://a.example.org,https://b.example.org/page' }, [/KINBOX_ORIGINS .*b\.example\.org\/page\\?" is no origin/]],
    [{ KINBOX_ORIGINS: '*' }, [/KINBOX_ORIGINS/]],
    [{ KINBOX_REGION: 'Germany' }, [/KINBOX_REGION .*two letters, such as DE/]],
    [{ KINBOX_REGION: 'QX' }, [/KINBOX_REGION/]],
    [{ KINBOX_LOG_LEVEL: 'loud' }, [/KINBOX_LOG_LEVEL .*none of debug, info/]],
    [{ KINBOX_SECRET_KEY: 'tell nobody' }, [/^KINBOX_SECRET_KEY is wrong: .*base64/]],
    [{ KINBOX_SECRET_KEY: secret, KINBOX_SECRET_KEY_FILE: at('key') }, [/both set/]],
    [{ KINBOX_SECRET_KEY_FILE: at('key') }, [/KINBOX_SECRET_KEY_FILE .*is wrong/]],
    [{ KINBOX_SECRET_KEY_FILE: at('empty') }, [/empty/]],
    [{ KINBOX_SECRET_KEY_FILE: at('none') }, [/KINBOX_SECRET_KEY_FILE .*cannot be read/]],
    [{ KINBOX_CONFIG: at('none.toml') }, [/none\.toml cannot be read/]],
    [{ KINBOX_CONFIG: at('bad.toml') }, [/bad\.toml is no TOML in line 2: /]],
    [{ KINBOX_CONFIG: at('unknown.toml') }, [/prot in .*did you mean port\?/]],
    [{ KINBOX_CONFIG: at('type.toml') }, [/port in .*wrong type/]],
    [{ KINBOX_CONFIG: at('value.toml') }, [/port in .*is "70000"/]],
    [{ KINBOX_CONFIG: at('two.toml') }, [/both set/]],
    [{ KINBOX_PORT: 'abc', KINBOX_REGION: 'X' }, [/KINBOX_PORT/, /KINBOX_REGION/]]
  ]
  for (const [env, words] of cases) {
    const name = JSON.stringify(env)
    try {
      loadConfig({ env })
      t.equal(name, 'an error')
    } catch (error) {
      const { problems, message } = error as { problems: string[], message: string }
      t.equal(problems.length, words.length, name)
      for (const [i, word] of words.entries()) t.match(problems[i], word)
      t.equal(message.includes('tell nobody') || message.includes(secret), false, 'a secret is never shown')
    }
  }
})

t.test('an unknown variable is a warning with a suggestion', async t => {
  const { warnings } = loadConfig({ env: { KINBOX_PROT: '1', KINBOX_WHATEVER_ELSE: '1', KINBOX_URL: 'x', KINBOX_TOKEN: 'x', KINBOX_TEST_X: '1', PATH: '/bin' } })
  t.same(warnings, ['KINBOX_PROT is no option and changes nothing; did you mean KINBOX_PORT?', 'KINBOX_WHATEVER_ELSE is no option and changes nothing. docs/configuration.md lists the options.'])
})

t.test('the generated files agree with the table', async t => {
  const read = (name: string): Promise<string> => readFile(new URL(`../../${name}`, import.meta.url), 'utf8')
  t.equal(await read('config/example.env'), exampleEnv(), 'run: node config/docs.ts')
  t.equal(await read('docs/configuration.md'), configurationPage(), 'run: node config/docs.ts')
  for (const { env, kind, default: value, secret } of Object.values(options)) {
    if (value !== null) t.same((kind.read as (text: string) => unknown)((kind.write as (value: unknown) => string)(value)), value, `${env}: its default is one of its values`)
    if (!secret) (kind.read as (text: string) => unknown)(kind.example)
  }
})
