import type { Event } from '#client'

export type { Client } from '#client'
export type EventType = Event['type']
