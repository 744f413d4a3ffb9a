/** The files that others run Kinbox by. No container engine and no systemd runs here: they are read by strict parsers, not executed. */
import t from 'tap'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig, options } from '../../config/options.ts'
import { openHouse } from '../fixtures/house.ts'
import { parseUnit } from './unit-file.ts'
import { parseYaml, type Yaml } from './plain-yaml.ts'

const root = join(import.meta.dirname, '../..')
const read = (name: string) => readFileSync(join(root, name), 'utf8')
const at = (value: Yaml | undefined, ...path: string[]): Yaml | undefined => path.reduce<Yaml | undefined>((found, key) => found !== null && typeof found === 'object' && !Array.isArray(found) ? found[key] : undefined, value)
const known = new Set<string>(Object.values(options).map(({ env }) => env))

t.test('compose.yaml', async t => {
  const compose = parseYaml(read('compose.yaml'))
  t.same(Object.keys(compose as object), ['services', 'networks', 'volumes'])
  const kinbox = (...path: string[]) => at(compose, 'services', 'kinbox', ...path)
  t.match(kinbox(), { build: '.', read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], expose: ['8420'] })
  t.equal(kinbox('ports'), undefined, 'the server itself opens no port to the world')
  t.same(kinbox('volumes'), ['kinbox-data:/data', 'kinbox-backup:/backup'])
  t.same(Object.keys(kinbox('environment') as object).filter(name => !known.has(name)), [], 'its options exist')
  const volumes = Object.keys(at(compose, 'volumes') as object)
  const used = ['kinbox', 'proxy'].flatMap(name => at(compose, 'services', name, 'volumes') as string[]).map(line => line.split(':')[0]!)
  t.same(used.filter(name => !name.startsWith('./') && !volumes.includes(name)), [], 'every volume is declared')
  t.same(used.filter(name => name.startsWith('./') && !existsSync(join(root, name))), [], 'every file is there')
  t.equal(at(compose, 'services', 'proxy', 'depends_on', 'kinbox', 'condition'), 'service_healthy')
  t.equal(kinbox('environment', 'KINBOX_TRUSTED_PROXIES'), at(compose, 'services', 'proxy', 'networks', 'default', 'ipv4_address'), 'the proxy that is believed is that one')
  t.match(read('config/Caddyfile'), /@inside path \/metrics \/readyz\n\trespond @inside 404/, 'and it keeps what is for the operator inside')
})

t.test('Dockerfile', async t => {
  const lines = read('Dockerfile').replace(/\\\n\s*/g, '').split('\n').filter(line => line && !line.startsWith('#'))
  const steps = lines.map(line => {
    const [, name, rest] = /^([A-Z]+) (.+)$/.exec(line) ?? []
    if (!name || !['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'VOLUME', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'].includes(name)) throw new Error(`no instruction: ${line}`)
    return { name, rest: rest! }
  })
  const all = (name: string) => steps.filter(step => step.name === name).map(({ rest }) => rest)
  t.same(all('FROM'), ['node:24-bookworm-slim AS packages', 'packages AS page', 'node:24-bookworm-slim'], 'three stages: what only the installation and the building of the page need stays behind')
  const last = steps.slice(steps.findLastIndex(({ name }) => name === 'FROM'))
  t.equal(last.findLast(({ name }) => name === 'USER')?.rest, 'node')
  const after = last.slice(last.findIndex(({ name }) => name === 'USER') + 1).map(({ name }) => name)
  t.same(after.filter(name => name === 'RUN' || name === 'COPY'), [], 'nothing is made as root after that')
  for (const name of ['HEALTHCHECK', 'ENTRYPOINT', 'CMD']) {
    const command = JSON.parse(all(name)[0]!.replace(/^.*?(?=\[)/, '')) as string[]
    t.ok(command.every(word => typeof word === 'string'), `${name} is a list, so no shell stands between`)
  }
  const health = JSON.parse(all('HEALTHCHECK')[0]!.replace(/^.*?(?=\[)/, '')) as string[]
  const house = await openHouse(t)
  const check = (port: number) => spawnAsync(process.execPath, health.slice(1), { KINBOX_PORT: String(port) })
  t.equal(await check(house.app.address.port), 0, 'its check passes for a server that answers')
  t.equal(await check(9), 1, 'and fails for one that does not')
})

async function spawnAsync(command: string, args: string[], env: Record<string, string>): Promise<number | null> {
  const { spawn } = await import('node:child_process')
  const child = spawn(command, args, { env, stdio: 'ignore' })
  return new Promise(resolve => child.on('exit', resolve))
}

t.test('the systemd unit', async t => {
  const unit = parseUnit(read('docs/kinbox.service'))
  t.same(Object.keys(unit), ['Unit', 'Service', 'Install'])
  const service = unit['Service']!
  t.same(service['User'], ['kinbox'])
  const environment = Object.fromEntries(service['Environment']!.map(line => line.split('=') as [string, string]))
  t.same(Object.keys(environment).filter(name => name.startsWith('KINBOX_') && !known.has(name)), [])
  const { config } = loadConfig({ env: environment })
  const writable = service['StateDirectory']![0]!.split(' ').map(name => `/var/lib/${name}`)
  t.ok(writable.includes(config.data), 'the data folder is one that it may write')
  t.ok(writable.includes('/var/lib/kinbox-backup'), 'and so is the one for backups')
  const [, program, args] = /^\/opt\/kinbox(\/\S+) (.*)$/.exec(service['ExecStart']![0]!)!
  t.ok(statSync(join(root, program!)).mode & 0o111, `${program} can be run`)
  t.equal(args, 'serve')
  const hardened = { NoNewPrivileges: 'yes', ProtectSystem: 'strict', ProtectHome: 'yes', PrivateTmp: 'yes', PrivateDevices: 'yes', CapabilityBoundingSet: '', RestrictSUIDSGID: 'yes', UMask: '0077', StateDirectoryMode: '0700' }
  for (const [name, value] of Object.entries(hardened)) t.same(service[name], [value], name)
  t.ok(service['RestrictAddressFamilies']![0]!.split(' ').includes('AF_UNIX'), 'its admin socket')
  t.equal(service['MemoryDenyWriteExecute'], undefined, 'under which no JavaScript runs')
  const systemd = spawnSync('systemd-analyze', ['verify', join(root, 'docs/kinbox.service')], { encoding: 'utf8' })
  if (!systemd.error) {
    const complaints = systemd.stderr.split('\n').filter(line => line && !/is not executable: No such file|Failed to (open|connect)|SYSTEMD_/.test(line))
    t.same(complaints, [], 'systemd itself has nothing to say, but that it is not installed in /opt here')
  }
})

t.test('the dashboard asks only for what there is', async t => {
  const dashboard = JSON.parse(read('docs/dashboard.json')) as { uid: string, panels: { id: number, title: string, gridPos: { x: number, w: number }, targets: { expr: string }[] }[] }
  const house = await openHouse(t)
  const client = await house.client()
  await house.connectAccount(client, 'demo', {})
  await client.until(() => client.events.some(({ type }) => type === 'message.created'), 60_000)
  const text = await (await fetch(house.app.url + '/metrics')).text()
  const names = new Set([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) => type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!]))
  t.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length)
  for (const { title, gridPos, targets } of dashboard.panels) {
    t.ok(gridPos.x + gridPos.w <= 24, `${title} lies within the page`)
    for (const { expr } of targets) {
      const used = expr.match(/kinbox_\w+/g) ?? []
      t.ok(used.length > 0 && used.every(name => names.has(name)), `${title}: ${expr}`)
      const labels = [...expr.matchAll(/(kinbox_\w+)\{(\w+)="([^"]+)"\}/g)]
      for (const [, name, label, value] of labels) t.match(text, `${name}{${label}="${value}"}`, `${label} of ${name} can be ${value}`)
    }
  }
  for (const words of [/^kinbox_users 1$/m, /^kinbox_accounts\{status="live"\} 1$/m, /^kinbox_outbox\{state="uncertain"\} 0$/m, /^kinbox_database_writable 1$/m, /^kinbox_messages [1-9]/m, /^kinbox_log_events [1-9]/m, /^kinbox_database_bytes [1-9]/m, /^kinbox_disk_free_bytes [1-9]/m, /^kinbox_writer_queue_depth \d/m, /^kinbox_messages_received_total\{channel="[a-z]+"\} [1-9]/m, /^kinbox_messages_unreadable_total\{channel="[a-z]+"\} 0$/m]) t.match(text, words)
})

t.test('the parsers are strict', async t => {
  t.same(parseYaml('a:\n  b: "1"\n  c:\n    - x:y\n    - true\n    - e: 1\n      f: 2\nd:\n'), { a: { b: '1', c: ['x:y', true, { e: 1, f: 2 }] }, d: null })
  for (const text of ['a: 1\na: 2', 'a:\n\tb: 1', 'a: *b', 'a: [1]', 'a: |\n  b', 'a: yes', '- a\nb: 1', 'a:\n    b: 1\n  c: 2', 'a: b: c', 'a']) t.throws(() => parseYaml(text), JSON.stringify(text))
  for (const text of ['A=1', '[Unit]\nA = 1', '[Unit]\n[Unit]', '[Unit]\nA=1 \\', '[Unit]\nwhatever']) t.throws(() => parseUnit(text), JSON.stringify(text))
})
