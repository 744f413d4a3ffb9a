import { createHmac } from 'node:crypto'
import { openBlobUrls } from '../../src/api/blob-urls.ts'
import { render } from '../../src/api/present/render.ts'
import { snapshot } from '../../src/api/present/snapshot.ts'
import type { Rooms } from '../../src/api/rooms.ts'
import { startServer } from '../../src/api/server.ts'
import type { Server } from '../../src/api/server.ts'
import { openRevocations, openSignals } from '../../src/api/signals.ts'
import type { Signals } from '../../src/api/signals.ts'
import { log } from './house.ts'
import type { House } from './house.ts'

/** The server's own socket over a house, on a free port. What sends and connects is not there: nobody asks for it here. */
export function openDoor({ store, wakeup, blobs, clock }: House, signals: Signals = openSignals()): Promise<Server> {
  const blobUrls = openBlobUrls({ sign: (text) => createHmac('sha256', 'bench').update(text).digest('base64url'), clock })
  return startServer({
    store, wakeup, blobs, clock, log, render, blobUrls, signals, revocations: openRevocations(), rooms: { snapshot, blobUrl: blobUrls.sign } as unknown as Rooms,
    host: '127.0.0.1', port: 0, publicUrl: null, origins: []
  })
}
