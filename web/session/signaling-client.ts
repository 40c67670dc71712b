/** One Participant's line to the Session's server: hello, resume after a drop, requests answered by id, pings. */
import { CloseCode, PROTOCOL_VERSION, RESUME_WITHIN_SECONDS } from '@/protocol/signaling'
import type { ClientMessage, Refusal, ServerMessage, Welcome } from '@/protocol/signaling'

/** Why a line ended for good. */
export type EndReason = 'left' | 'ended' | 'removed' | 'replaced' | 'refused' | 'lost'

export type LineState =
  /** `why`: the server was reached, and said why it lets nobody in just now. */
  | { at: 'connecting'; attempt: number; why: Refusal | null }
  | { at: 'open' }
  /** Dropped at `since`; the next attempt is number `attempt`. */
  | { at: 'reconnecting'; attempt: number; since: number; why: Refusal | null }
  | { at: 'closed'; reason: EndReason; code: Refusal | null; sentence: string }

/** A request that the server said no to, or that could not be asked. */
export class RequestError extends Error {
  constructor(
    readonly code: Refusal | 'not_connected' | 'no_answer',
    /** The server's sentence; empty for the two codes of our own, which the page words itself. */
    readonly sentence: string,
  ) {
    super(code)
  }
}

export type Reply = Extract<ServerMessage, { re: number | null }>
type Answered = Exclude<Reply, { type: 'refused' }>

export interface SignalingOptions {
  url: string
  /** Asks the HTTP API for a ticket; `fresh` when the last one was refused. */
  ticket(fresh: boolean): Promise<string>
  /** Token of an earlier `welcome`, kept over a reload of the page. */
  resume: string | null
  /** The browser's own random mark, the same in all its tabs. */
  device?: string | null
  onState(state: LineState): void
  onWelcome(welcome: Welcome): void
  onMessage(message: ServerMessage): void
  /** Keeps the token for a reload; `null` when it is worth nothing any more. */
  keepResume(token: string | null): void
  openSocket?(url: string): WebSocket
  random?(): number
}

/** An answer later than this is no answer: the offer of a phone on a weak line takes about two seconds. */
const ANSWER_WITHIN_MS = 12_000
const PING_EVERY_MS = 10_000
/** Two pings unanswered: the line is dead although the socket does not know it yet. */
const SILENT_AFTER_MS = 25_000
const FIRST_RETRY_MS = 300
/** Past the resume window nothing is gained by hurrying; within it, 8 s gives about 15 attempts. */
const LONGEST_RETRY_MS = 8_000
/** A line that is gone for ten minutes is left to the person: the page offers one button. */
const GIVE_UP_MS = 600_000
/** A ping that nothing followed for so long makes a line suspicious: even a crowded one answers sooner. */
const LATE_MS = 4_000
/** Suspected for so long, a line is dead, whether there is another yet or not. */
const SUSPECTED_FOR_MS = 4_000
/** Between two attempts at another line, while the old one is still waited for. */
const SPARE_RETRY_MS = 300

/** A line under suspicion, and the one that is opened beside it. */
interface Doubt {
  verdict: Promise<boolean>
  settle(stands: boolean): void
  spare: WebSocket | null
  timer: ReturnType<typeof setTimeout>
}

interface Waiting {
  resolve(reply: Answered): void
  reject(error: RequestError): void
  timer: ReturnType<typeof setTimeout>
}

export class SignalingClient {
  private socket: WebSocket | null = null
  private readonly waiting = new Map<number, Waiting>()
  private nextId = 1
  private resume: string | null
  private attempt = 0
  private droppedAt = 0
  /** What the server said when it was last reached. */
  private why: Refusal | null = null
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private pingTimer: ReturnType<typeof setInterval> | undefined
  private lateTimer: ReturnType<typeof setTimeout> | undefined
  private doubt: Doubt | null = null
  private heardAt = 0
  private freshTicket = false
  private ticketRefusals = 0
  private everOpen = false
  private finished = false
  /** Counts attempts, so that a ticket that arrives late opens no second socket. */
  private generation = 0

  constructor(private readonly options: SignalingOptions) {
    this.resume = options.resume
  }

  start(): void {
    this.droppedAt = Date.now()
    void this.connect()
  }

  /** Resolves with the server's answer; rejects with a `RequestError` that carries the sentence to show. */
  request(message: ClientMessage): Promise<Answered> {
    const socket = this.socket
    if (!socket || !this.isOpen) return Promise.reject(new RequestError('not_connected', ''))
    return this.send(socket, message)
  }

  get isOpen(): boolean {
    return this.socket !== null && this.welcomed
  }

  private welcomed = false

  /** The network changed or the person asked: try now rather than at the end of the pause. */
  retryNow(): void {
    if (this.finished || this.socket) return
    clearTimeout(this.retryTimer)
    void this.connect()
  }

  /**
   * The line may be dead without knowing it: asks it, and opens another beside it. Whichever is heard first stays; what stands
   * answers in one round trip, and a new one needs three. True when the old one stands; otherwise a welcome will follow.
   */
  suspect(): Promise<boolean> {
    const socket = this.socket
    if (!socket || this.finished) {
      this.retryNow()
      return Promise.resolve(false)
    }
    // An attempt that was under way may hang on the old network for a minute.
    if (!this.welcomed) {
      this.again()
      return Promise.resolve(false)
    }
    this.doubt ??= this.beginDoubt(socket)
    return this.doubt.verdict
  }

  leave(): void {
    if (this.isOpen) this.request({ type: 'leave' }).catch(() => undefined)
    this.finish('left', null, '')
  }

  /** Stops without a word, as a reload does: the Participant may resume. */
  stop(): void {
    this.finished = true
    this.release(1000)
  }

  private async connect(): Promise<void> {
    const generation = ++this.generation
    this.tellAttempt()
    this.attempt += 1
    let ticket: string
    try {
      ticket = await this.options.ticket(this.freshTicket)
      this.freshTicket = false
    } catch (error) {
      if (generation !== this.generation || this.finished) return
      const refused = error as { status?: number; sentence?: string }
      // 4xx: the server knows us and says no. Anything else is the line, and is tried again.
      if (refused.status && refused.status >= 400 && refused.status < 500 && refused.status !== 429) {
        this.finish('refused', null, refused.sentence ?? '')
      } else {
        this.retryLater()
      }
      return
    }
    if (generation !== this.generation || this.finished) return
    this.open(ticket)
  }

  private open(ticket: string): void {
    const socket = this.newSocket()
    this.attach(socket)
    socket.onopen = () => this.hello(socket, ticket)
  }

  private newSocket(): WebSocket {
    return this.options.openSocket?.(this.options.url) ?? new WebSocket(this.options.url)
  }

  /** From now on this is the line. */
  private attach(socket: WebSocket): void {
    this.socket = socket
    this.welcomed = false
    this.heardAt = Date.now()
    this.startPings(socket)
    socket.onmessage = (event) => {
      if (socket !== this.socket) return
      this.heardAt = Date.now()
      this.hear(event.data)
    }
    socket.onclose = (event) => {
      if (socket === this.socket) this.closed(event.code)
    }
  }

  private hello(socket: WebSocket, ticket: string): void {
    this.heardAt = Date.now()
    const hello: ClientMessage = { type: 'hello', protocol: PROTOCOL_VERSION, ticket }
    if (this.resume) hello.resume = this.resume
    if (this.options.device) hello.device = this.options.device
    this.send(socket, hello).catch((error: RequestError) => {
      if (socket === this.socket) this.helloRefused(error)
    })
  }

  private beginDoubt(socket: WebSocket): Doubt {
    let settle: (stands: boolean) => void = () => undefined
    const verdict = new Promise<boolean>((resolve) => (settle = resolve))
    const timer = setTimeout(() => {
      if (doubt !== this.doubt) return
      this.droppedAt = Date.now()
      this.again()
    }, SUSPECTED_FOR_MS)
    const doubt: Doubt = { verdict, settle, spare: null, timer }
    const pong = () => {
      if (doubt === this.doubt && socket === this.socket) this.endDoubt(true)
    }
    this.send(socket, { type: 'ping' }).then(pong, () => undefined)
    void this.openSpare(doubt)
    return doubt
  }

  private async openSpare(doubt: Doubt): Promise<void> {
    const ticket = await this.options.ticket(false).catch(() => null)
    if (doubt !== this.doubt || ticket === null) return
    const spare = this.newSocket()
    doubt.spare = spare
    spare.onopen = () => {
      if (doubt !== this.doubt) return
      doubt.spare = null
      this.droppedAt = Date.now()
      this.release(1000)
      this.attach(spare)
      this.options.onState({ at: 'reconnecting', attempt: 1, since: this.droppedAt, why: null })
      this.hello(spare, ticket)
    }
    spare.onclose = () => {
      if (doubt.spare !== spare) return
      doubt.spare = null
      setTimeout(() => {
        if (doubt === this.doubt) void this.openSpare(doubt)
      }, SPARE_RETRY_MS)
    }
  }

  private endDoubt(stands: boolean): void {
    const { doubt } = this
    this.doubt = null
    if (!doubt) return
    clearTimeout(doubt.timer)
    discard(doubt.spare)
    doubt.spare = null
    doubt.settle(stands)
  }

  private hear(data: unknown): void {
    let message: ServerMessage
    try {
      message = JSON.parse(String(data)) as ServerMessage
    } catch {
      return
    }
    if (message.type === 'welcome') this.welcome(message)
    if (message.type === 'removed') return this.finish('removed', null, '')
    if (message.type === 'session_ended') return this.finish('ended', null, '')
    if ('re' in message) {
      this.answer(message)
    } else {
      this.options.onMessage(message)
    }
  }

  private welcome(welcome: Welcome): void {
    this.welcomed = true
    this.everOpen = true
    this.why = null
    this.attempt = 0
    this.ticketRefusals = 0
    this.resume = welcome.resume
    this.options.keepResume(welcome.resume)
    this.options.onState({ at: 'open' })
    this.options.onWelcome(welcome)
  }

  private answer(reply: Reply): void {
    // A refusal of a frame whose id could not be read answers nobody in particular; it is for the log of a developer.
    if (reply.re === null) return
    const waiting = this.waiting.get(reply.re)
    if (!waiting) return
    this.waiting.delete(reply.re)
    clearTimeout(waiting.timer)
    if (reply.type === 'refused') waiting.reject(new RequestError(reply.code, reply.sentence))
    else waiting.resolve(reply)
  }

  private helloRefused(error: RequestError): void {
    switch (error.code) {
      case 'no_answer':
      case 'not_connected':
        return this.drop()
      case 'ticket_expired':
      case 'ticket_invalid':
        // One fresh ticket is worth asking for; a second refusal means it.
        this.ticketRefusals += 1
        if (this.ticketRefusals > 1) return this.finish('refused', error.code, error.sentence)
        this.freshTicket = true
        return this.again()
      case 'server_stopping':
        this.forgetResume()
        return this.drop(error.code)
      case 'not_recorded':
        // The server cannot write now that we came; it will be able to, and the resume token stays good.
        return this.drop(error.code)
      case 'resume_expired':
        this.forgetResume()
        return this.again()
      case 'session_ended':
        return this.finish('ended', error.code, error.sentence)
      case 'removed_by_host':
        return this.finish('removed', error.code, error.sentence)
      default:
        return this.finish('refused', error.code, error.sentence)
    }
  }

  private closed(code: number): void {
    switch (code) {
      case CloseCode.Removed:
        return this.finish('removed', null, '')
      case CloseCode.SessionEnded:
        return this.finish('ended', null, '')
      case CloseCode.Replaced:
        return this.finish('replaced', null, '')
      case CloseCode.ServiceRestart:
        this.forgetResume()
        return this.drop()
      default:
        return this.drop()
    }
  }

  private tellAttempt(): void {
    const told = { attempt: this.attempt + 1, why: this.why }
    this.options.onState(this.everOpen ? { at: 'reconnecting', since: this.droppedAt, ...told } : { at: 'connecting', ...told })
  }

  private drop(why: Refusal | null = null): void {
    this.why = why
    if (this.welcomed) this.droppedAt = Date.now()
    this.release(1000)
    this.retryLater()
  }

  private again(): void {
    this.release(1000)
    void this.connect()
  }

  private retryLater(): void {
    const away = Date.now() - this.droppedAt
    if (away > GIVE_UP_MS) return this.finish('lost', null, '')
    if (away > RESUME_WITHIN_SECONDS * 1000) this.forgetResume()
    this.tellAttempt()
    // Half fixed, half random: 500 people whose server restarted must not come back in one instant.
    const pause = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.attempt, 10))
    this.retryTimer = setTimeout(() => void this.connect(), pause / 2 + (pause / 2) * (this.options.random ?? Math.random)())
  }

  private forgetResume(): void {
    this.resume = null
    this.options.keepResume(null)
  }

  private finish(reason: EndReason, code: Refusal | null, sentence: string): void {
    if (this.finished) return
    this.finished = true
    this.release(1000)
    if (reason !== 'lost' && reason !== 'replaced') this.forgetResume()
    this.options.onState({ at: 'closed', reason, code, sentence })
  }

  private release(code: number): void {
    clearTimeout(this.retryTimer)
    clearInterval(this.pingTimer)
    clearTimeout(this.lateTimer)
    this.generation += 1
    const socket = this.socket
    this.socket = null
    this.welcomed = false
    this.endDoubt(false)
    discard(socket, code)
    const waiting = Array.from(this.waiting.values())
    this.waiting.clear()
    for (const one of waiting) {
      clearTimeout(one.timer)
      one.reject(new RequestError('not_connected', ''))
    }
  }

  private startPings(socket: WebSocket): void {
    clearInterval(this.pingTimer)
    this.pingTimer = setInterval(() => {
      if (Date.now() - this.heardAt > SILENT_AFTER_MS) return this.drop()
      if (this.welcomed) this.ping(socket)
    }, PING_EVERY_MS)
  }

  private ping(socket: WebSocket): void {
    const { heardAt } = this
    this.send(socket, { type: 'ping' }).catch(() => undefined)
    clearTimeout(this.lateTimer)
    this.lateTimer = setTimeout(() => {
      if (socket === this.socket && this.heardAt === heardAt) void this.suspect()
    }, LATE_MS)
  }

  private send(socket: WebSocket, message: ClientMessage): Promise<Answered> {
    const id = this.nextId++
    return new Promise<Answered>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id)
        reject(new RequestError('no_answer', ''))
      }, ANSWER_WITHIN_MS)
      this.waiting.set(id, { resolve, reject, timer })
      try {
        socket.send(JSON.stringify({ id, ...message }))
      } catch {
        clearTimeout(timer)
        this.waiting.delete(id)
        reject(new RequestError('not_connected', ''))
      }
    })
  }
}

function discard(socket: WebSocket | null, code = 1000): void {
  if (!socket) return
  socket.onopen = socket.onmessage = socket.onclose = null
  try {
    socket.close(code)
  } catch {
    // A socket that never opened has nothing to close.
  }
}
