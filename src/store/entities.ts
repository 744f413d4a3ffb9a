import { defineEntity, p } from '@mikro-orm/core'
import type { InferEntity } from '@mikro-orm/core'

/** The nouns that people change by hand. All others are written by prepared statements. */

export const User = defineEntity({
  name: 'User',
  tableName: 'user',
  properties: {
    id: p.integer().primary(),
    name: p.string(),
    password: p.string().nullable(),
    settings: p.json().$type<Record<string, unknown>>(),
    createdAt: p.integer(),
    rev: p.integer()
  }
})

export const Login = defineEntity({
  name: 'Login',
  tableName: 'login',
  properties: {
    id: p.integer().primary(),
    userId: p.integer(),
    kind: p.string().$type<'token' | 'session'>(),
    name: p.string(),
    hash: p.blob(),
    createdAt: p.integer(),
    usedAt: p.integer().nullable(),
    expiresAt: p.integer().nullable(),
    revokedAt: p.integer().nullable(),
    rev: p.integer()
  }
})

export const Account = defineEntity({
  name: 'Account',
  tableName: 'account',
  properties: {
    id: p.integer().primary(),
    userId: p.integer(),
    kind: p.string(),
    name: p.string(),
    settings: p.blob(),
    hook: p.string(),
    status: p.string().$type<'connecting' | 'live' | 'retrying' | 'login-needed' | 'stopped'>(),
    error: p.json().$type<{ code: string, text: string }>().nullable(),
    cursorLive: p.string().nullable(),
    cursorHistory: p.string().nullable(),
    historyDone: p.boolean(),
    backfill: p.json().$type<{ done: number, total: number }>().nullable(),
    createdAt: p.integer(),
    removedAt: p.integer().nullable(),
    rev: p.integer()
  }
})

export const Identity = defineEntity({
  name: 'Identity',
  tableName: 'identity',
  properties: {
    id: p.integer().primary(),
    userId: p.integer(),
    accountId: p.integer().nullable(),
    kind: p.string(),
    address: p.string(),
    name: p.string().nullable(),
    signature: p.string().nullable(),
    rev: p.integer()
  }
})

export type UserEntity = InferEntity<typeof User>
export type LoginEntity = InferEntity<typeof Login>
export type AccountEntity = InferEntity<typeof Account>
export type IdentityEntity = InferEntity<typeof Identity>

export const entities = [User, Login, Account, Identity]
