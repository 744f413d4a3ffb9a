import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** A real server that tests start for themselves. `present` are files that must all exist; `packages` are Debian's. */
export type TestServer = { name: string, present: string[], packages: string[] }

export const testServers: TestServer[] = [
  {
    name: 'dovecot',
    present: ['/usr/sbin/dovecot', '/usr/lib/dovecot/imap', '/usr/lib/dovecot/lmtp', '/usr/lib/dovecot/submission'],
    packages: ['dovecot-imapd', 'dovecot-lmtpd', 'dovecot-submissiond']
  },
  { name: 'prosody', present: ['/usr/bin/prosody', '/usr/lib/prosody/modules/mod_http_file_share.lua'], packages: ['prosody'] },
  { name: 'radicale', present: ['/usr/bin/radicale'], packages: ['radicale'] },
  { name: 'chromium', present: ['/usr/bin/chromium'], packages: ['chromium'] }
]

/** The servers that this machine lacks. */
export function missingServers(servers: TestServer[] = testServers): TestServer[] {
  return servers.filter(({ present }) => !present.every(path => existsSync(path)))
}

/** Whether packages may be installed here: root on a Debian, and not forbidden by KINBOX_TEST_NO_APT=1. */
export function mayInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get') && process.env['KINBOX_TEST_NO_APT'] !== '1'
}

/**
 * Installs the packages while a policy-rc.d forbids their daemons to start: the tests start their own on loopback, and no public
 * daemon may come up on somebody's machine. A policy that was there before is put back. Says in `say` what it does.
 */
export function installServers(servers: TestServer[], say: (text: string) => void): void {
  const packages = servers.flatMap(server => server.packages)
  say(`Installing for the tests: ${packages.join(' ')} (their daemons are not started; KINBOX_TEST_NO_APT=1 forbids this)`)
  const policy = '/usr/sbin/policy-rc.d'
  const kept = policy + '.kept-by-kinbox'
  if (existsSync(policy)) renameSync(policy, kept)
  try {
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
    const install = ['-y', '-qq', '-o', 'DPkg::Lock::Timeout=120', '--no-install-recommends', 'install', ...packages]
    if (apt(install) === 0) return
    apt(['-qq', 'update'])
    if (apt(install) !== 0) say('apt-get failed; the tests that need these servers are skipped.')
  } finally {
    rmSync(policy, { force: true })
    if (existsSync(kept)) renameSync(kept, policy)
  }
}

function apt(args: string[]): number | null {
  const run = spawnSync('apt-get', args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 300_000 })
  if (run.status !== 0) process.stderr.write(run.stderr ?? '')
  return run.status
}
