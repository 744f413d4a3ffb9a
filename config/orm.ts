import { join } from 'node:path'
import { defineConfig } from '@mikro-orm/sqlite'
import { ormOptions } from '../src/store/orm.ts'
import { loadConfig } from './options.ts'

/** For MikroORM's command line: MIKRO_ORM_CLI_CONFIG=./config/orm.ts MIKRO_ORM_CLI_PREFER_TS=1. Stop the server first. */
export default defineConfig(ormOptions(join(loadConfig({ env: process.env }).config.data, 'kinbox.db')))
