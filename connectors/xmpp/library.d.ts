/** What this connector uses of the library, which comes without types; also some of its insides, read in version 0.14.0. */
declare module '@xmpp/client' {
  import type { EventEmitter } from 'node:events'

  export class Element {
    name: string
    attrs: Record<string, string | undefined>
    children: (Element | string)[]
    parent: Element | null
    is(name: string, xmlns?: string): boolean
    getName(): string
    getNS(): string | undefined
    getChild(name: string, xmlns?: string): Element | undefined
    getChildren(name: string, xmlns?: string): Element[]
    getChildElements(): Element[]
    getChildText(name: string, xmlns?: string): string | null
    getText(): string
    toString(): string
  }

  /** The tokenizer below (`parser`) tells of names before the tree grows. */
  export class Parser extends EventEmitter {
    parser: EventEmitter
    write(data: string): void
  }

  type Child = Element | string | false | null | undefined | Child[]

  export const xml: {
    (name: string, attrs?: Record<string, string | undefined> | null, ...children: Child[]): Element
    Parser: typeof Parser
  }

  export interface Wire extends EventEmitter {
    secure: boolean
    connect(parameters: unknown): void
    write(data: string, done?: (error?: Error) => void): void
    end(): void
  }

  export interface Transport {
    prototype: { Socket: new () => Wire, socketParameters(service: string): unknown }
  }

  export interface Mechanism {
    name: string
    clientFirst: boolean
    response(credentials: { username: string, password: string }): string | Promise<string>
    challenge(text: string): void
  }

  export interface Entity extends EventEmitter {
    status: string
    timeout: number
    socket: Wire | null
    jid: { toString(): string } | null
    transports: Transport[]
    options: { domain: string, lang?: string }
    reconnect: { stop(): void }
    streamManagement: EventEmitter & { enabled: boolean, requestAckDebounce: number, requestAckInterval: number, timeout: number }
    saslFactory: { _mechs: { name: string, mech: new () => Mechanism }[] }
    connect(service: string): Promise<void>
    open(options: { domain: string }): Promise<unknown>
    restart(): Promise<unknown>
    stop(): Promise<unknown>
    send(element: Element): Promise<void>
    isSecure(): boolean
    _onData(data: Uint8Array | string): void
    _onElement(element: Element): void
    _attachParser(parser: Parser): void
  }

  type Authenticate = (credentials: { username: string, password: string }, mechanism: string, userAgent?: Element) => Promise<void>

  export function client(options: {
    domain: string
    username: string
    resource: string
    timeout?: number
    credentials(authenticate: Authenticate, mechanisms: string[], fast: unknown, entity: Entity): Promise<void>
  }): Entity
}
