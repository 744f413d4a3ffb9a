import { choice, country, host, integer, key, list, option, optional, origin, path, webAddress } from './option.ts'
import type { Values } from './option.ts'
import { readOptions } from './read.ts'

/** Everything that can be set, once. docs/configuration.md and example.env are made from it (node config/docs.ts). */
export const options = {
  data: option('KINBOX_DATA', path, './data', 'The folder that holds everything: the database, files, and the key of the stored passwords. Back up the whole folder.'),
  host: option('KINBOX_HOST', host, '127.0.0.1', 'The address to listen on. 127.0.0.1 is this computer only; 0.0.0.0 is every network it is in, which belongs behind a proxy with TLS.'),
  port: option('KINBOX_PORT', integer(0, 65535, 8420), 8420, 'The port to listen on. 0 takes any free one and prints it.'),
  publicUrl: option('KINBOX_PUBLIC_URL', optional(webAddress), null, 'Where others reach this server, as they write it. Networks that call back (webhooks) need it; without it they are polled.'),
  origins: option('KINBOX_ORIGINS', list(origin), [], 'Web pages that may connect from a browser, besides the public URL and the server\'s own address.'),
  trustedProxies: option('KINBOX_TRUSTED_PROXIES', list(host), [], 'Proxies whose X-Forwarded-For is believed. Without it, everybody behind a proxy shares one limit of failed logins.'),
  region: option('KINBOX_REGION', optional(country), null, 'The country of phone numbers written without one. An account can name its own.'),
  logLevel: option('KINBOX_LOG_LEVEL', choice('debug', 'info', 'warn', 'error', 'silent'), 'info', 'How much is logged. No level logs what people write, nor passwords.'),
  connectors: option('KINBOX_CONNECTORS', optional(path), null, 'A folder with connectors of your own, besides those that come along. They run with all rights of the server.'),
  uploadMib: option('KINBOX_UPLOAD_MIB', integer(1, 1024, 50), 50, 'The largest file that a client may upload, in MiB.'),
  parseSeconds: option('KINBOX_PARSE_SECONDS', integer(1, 600, 20), 20, 'How long reading one message may take. One that takes longer is kept, and shown as unreadable.'),
  secretKey: option('KINBOX_SECRET_KEY', optional(key), null, 'The key that seals the stored passwords of accounts. Without it, one is made at the first start and kept in secret.key in the data folder.', { secret: true })
}

export type Config = Values<typeof options>

/**
 * The options from the environment, else from the TOML file that KINBOX_CONFIG (or `file`) names, else their defaults.
 * `warnings` are for the log: KINBOX_ variables that are not known. Throws ConfigError naming each wrong option, what is
 * wrong with its value, and what to write instead.
 */
export function loadConfig({ env, file }: { env: Record<string, string | undefined>, file?: string | undefined }): { config: Config, warnings: string[] } {
  const { values, warnings } = readOptions(options, env, file ?? (env.KINBOX_CONFIG || undefined))
  return { config: values, warnings }
}
