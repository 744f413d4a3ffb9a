import type { AdminActions } from '../api/admin-actions.ts'
import { connectAdmin } from './admin-client.ts'
import { CliError, type Io } from './io.ts'
import { dataOption, openLog, requireData, whereIs, type GlobalOptions } from './where.ts'

/** Does something as the folder's owner: through the running server, else in this process, which then owns the folder meanwhile. `parses`: what kind of content is to be read, for a quicker start; `makes`: also where there is no data yet. Throws CliError. */
export async function withAdmin<T>(io: Io, options: GlobalOptions, act: (actions: AdminActions) => Promise<T>, { parses = null, makes = false }: { parses?: string | null, makes?: boolean } = {}): Promise<T> {
  const { config } = whereIs(io, options)
  if (!makes) requireData(io, options)
  const admin = await connectAdmin(config.data) ?? await (await io.app()).openAdmin(config, openLog({ ...config, logLevel: 'warn' }), { parses })
  try {
    return await act(admin.actions)
  } finally {
    await admin.close()
  }
}

/** Does something that only a running server can do. Throws CliError where none runs on the folder. */
export async function withServer<T>(io: Io, options: GlobalOptions, act: (actions: AdminActions) => Promise<T>, { otherwise }: { otherwise?: string } = {}): Promise<T> {
  const { config } = whereIs(io, options)
  const admin = await connectAdmin(config.data)
  if (!admin && otherwise) throw new CliError(`No Kinbox runs on ${config.data}: ${otherwise}`)
  if (!admin) throw new CliError(`No Kinbox runs on ${config.data}. Start it: ${io.command} serve${options.demo ? ' --demo' : dataOption(io, config.data)}. For a server elsewhere, set KINBOX_URL and KINBOX_TOKEN.`)
  try {
    return await act(admin.actions)
  } finally {
    await admin.close()
  }
}
