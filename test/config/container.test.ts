import t from 'tap'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig, options } from '../../config/options.ts'

const root = join(import.meta.dirname, '../..')
const read = (name: string) => readFileSync(join(root, name), 'utf8')
const dockerfile = read('Dockerfile')
const compose = read('compose.yaml')
const ignored = read('.dockerignore').split('\n').filter(line => line && !line.startsWith('#'))

t.test('the image holds what the server runs', async t => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) => sources!.split(' '))
  for (const path of copied) {
    t.ok(existsSync(join(root, path)), `${path} is there`)
    t.equal(ignored.some(name => path === name || path.startsWith(name + '/')), false, `${path} is not left out by .dockerignore`)
  }
  const needed = ['bin/kinbox', 'config', 'connectors', 'migrations', 'package.json', 'src']
  t.same(needed.filter(path => !copied.includes(path)), [])
  t.match(dockerfile, /^USER node$/m, 'it does not run as root')
  t.match(dockerfile, /^FROM node:24-bookworm-slim$/m, 'glibc: the packages have no musl binaries')
  t.match(dockerfile, /HEALTHCHECK[\s\S]*\/livez/)
  t.match(dockerfile, /^ENTRYPOINT \["kinbox"\]\nCMD \["serve"\]$/m, 'signals reach the server, not a shell')
})

t.test('no folder with secrets or mail gets into the image', async t => {
  t.same(['.git', 'data', 'data-demo', 'node_modules'].filter(name => !ignored.includes(name)), [])
})

t.test('the options that image and compose set', async t => {
  const known = new Set<string>(Object.values(options).map(({ env }) => env))
  const inImage = Object.fromEntries([.../^ENV (.*)$/m.exec(dockerfile)![1]!.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]))
  const inCompose = Object.fromEntries([...compose.matchAll(/^ {6}(KINBOX_\w+): (.*)$/gm)].map(([, name, value]) => [name!, value!.replace(/\$\{\w+[^}]*\}/g, 'kinbox.example.org')]))
  t.same(Object.keys({ ...inImage, ...inCompose }).filter(name => name.startsWith('KINBOX_') && !known.has(name)), [], 'exist')
  const { config, warnings } = loadConfig({ env: { ...inImage, ...inCompose } })
  t.same(warnings, [])
  t.match(config, { data: '/data', host: '0.0.0.0', publicUrl: 'https://kinbox.example.org' })
  t.match(dockerfile, new RegExp(`^EXPOSE ${config.port}$`, 'm'))
  t.match(read('config/Caddyfile'), new RegExp(`^\\treverse_proxy kinbox:${config.port}$`, 'm'))
})

t.test('compose.yaml keeps the data and shows only the proxy', async t => {
  const services = compose.split(/^(?=\w)/m).find(part => part.startsWith('services:'))!
  const [, kinbox = '', proxy = ''] = services.split(/^ {2}(?=\w+:$)/m)
  t.match(kinbox, /^kinbox:\n[\s\S]*- kinbox-data:\/data/)
  t.equal(/^ {4}ports:/m.test(kinbox), false, 'the server itself opens no port to the world')
  t.match(proxy, /^proxy:\n[\s\S]*"443:443"/)
  const declared = [...compose.split(/^volumes:$/m)[1]!.matchAll(/^ {2}([\w-]+):$/gm)].map(([, name]) => name)
  const used = [...services.matchAll(/^ {6}- ([\w-]+):\//gm)].map(([, name]) => name)
  t.same(used.filter(name => !declared.includes(name)), [])
  t.equal(compose.includes('\t'), false)
})
