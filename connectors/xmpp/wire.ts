import { EventEmitter } from 'node:events'
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls, rootCertificates } from 'node:tls'
import type { Wire } from '@xmpp/client'

/** How a connection is protected: `domain` is the name that the certificate must bear (RFC 6120 section 13.7.2), not the host's. */
export type Protection = { domain: string, ca: string | undefined, timeoutMs: number }

type Host = { host: string, port: number | null }

/** What the library takes for a socket: TCP, turned to TLS later (`upgrade`) or from the first byte. Characters are whole, whatever the packets. */
export class Line extends EventEmitter implements Wire {
  secure = false
  readonly #direct: boolean
  readonly #how: Protection
  #socket: Socket | null = null

  constructor(direct: boolean, how: Protection) {
    super()
    this.#direct = direct
    this.#how = how
    // After the library has let go of it, an error would otherwise end the process.
    this.on('error', () => {})
  }

  connect({ host, port }: Host): void {
    if (this.#direct) {
      const socket = connectTls({ ...this.#tls(), host, port: port ?? 5223, ALPNProtocols: ['xmpp-client'] })
      this.secure = true
      this.#attach(socket, 'secureConnect')
    } else this.#attach(connectTcp({ host, port: port ?? 5222 }), 'connect')
  }

  /** Turns what was plain into TLS. Rejects when the certificate does not hold. */
  upgrade(): Promise<void> {
    const plain = this.#socket!
    plain.removeAllListeners()
    plain.on('error', () => {})
    const socket = connectTls({ ...this.#tls(), socket: plain })
    const secured = new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', () => {
        this.secure = true
        resolve()
      })
      socket.once('error', reject)
      socket.once('close', () => reject(new Error('closed')))
    })
    this.#attach(socket, null)
    return secured
  }

  write(data: string, done?: (error?: Error) => void): void {
    if (!this.#socket || this.#socket.destroyed) done?.(new Error('closed'))
    else this.#socket.write(data, (error) => done?.(error ?? undefined))
  }

  end(): void {
    this.#socket?.end()
  }

  pause(paused: boolean): void {
    if (paused) this.#socket?.pause()
    else this.#socket?.resume()
  }

  destroy(): void {
    this.#socket?.destroy()
  }

  #tls() {
    const { domain, ca } = this.#how
    return { servername: domain, minVersion: 'TLSv1.2' as const, ...(ca ? { ca: [...rootCertificates, ca] } : {}) }
  }

  #attach(socket: Socket, opened: 'connect' | 'secureConnect' | null): void {
    this.#socket = socket
    socket.setEncoding('utf8')
    socket.setTimeout(this.#how.timeoutMs, () => { if (opened) socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })) })
    if (opened) {
      socket.once(opened, () => {
        socket.setTimeout(0)
        this.emit('connect')
      })
    } else socket.setTimeout(0)
    socket.on('data', (text: string) => this.emit('data', text))
    socket.on('error', (error: Error) => this.emit('error', error))
    socket.on('close', () => this.emit('close'))
  }
}
