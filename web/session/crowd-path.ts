/** The plain HLS stream as somebody in the Session watches it: its address, renewed in time, and what was fetched of it, told. */
import type { ServerMessage } from '@/protocol/signaling'
import { Pieces, readPiece } from './pieces'
import { RequestError } from './signaling-client'
import type { SignalingClient } from './signaling-client'

export interface CrowdPathParts {
  signaling: SignalingClient
  /** The server's clock, which the address expires by. */
  serverNow(): number
  /** From now on this is the address. `anew`: the stream may be another one, whose pieces are counted from the beginning. */
  onAddress(url: string, anew: boolean): void
  /** No address, and why where the server said so. Asked again, unless it is dropped now. */
  onUnanswered(sentence: string): void
  random?(): number
}

type Address = Pick<Extract<ServerMessage, { type: 'hls' }>, 'url' | 'expires_ms'>

/** Asked again this long before the address expires, drawn anew each time: it expires for everybody in the same moment. */
const RENEW_BEFORE_MS = { least: 60_000, most: 300_000 }
/** However soon it is said to expire. */
const SOONEST_RENEWAL_MS = 20_000
/** Picture and sound of the same two seconds come one after the other, and are told together. */
const TELL_AFTER_MS = 1_000
const FIRST_RETRY_MS = 3_000
const LONGEST_RETRY_MS = 60_000

export class CrowdPath {
  private readonly pieces = new Pieces()
  private wanted = false
  private askedAt = 0
  /** Counts the questions, so that an answer that came late says nothing. */
  private asked = 0
  private asking = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private tellTimer: ReturnType<typeof setTimeout> | undefined
  private retry = FIRST_RETRY_MS
  private holding = false
  private anew = true

  constructor(private readonly parts: CrowdPathParts) {}

  /** Is an answer on its way that the server may have acted upon? */
  get isAsking(): boolean {
    return this.asking > 0
  }

  /** From now on there shall be an address. */
  take(): void {
    this.wanted = true
    this.retry = FIRST_RETRY_MS
    void this.ask()
  }

  /** Not needed any more. */
  drop(): void {
    this.wanted = false
    this.holding = false
    this.anew = true
    clearTimeout(this.timer)
    clearTimeout(this.tellTimer)
    this.tellTimer = undefined
    this.pieces.clear()
  }

  /** The Room welcomed us, anew or again: it may have forgotten by which way we watch. */
  welcomed(resumed: boolean): void {
    if (!resumed) {
      this.anew = true
      this.pieces.clear()
    }
    this.take()
  }

  /** The address was refused. A player tries again by itself; each of its tries is no reason to ask. */
  refused(): void {
    if (this.wanted && !this.isAsking && Date.now() - this.askedAt > SOONEST_RENEWAL_MS) this.take()
  }

  /** The beginning of what the player loaded. */
  fetched(bytes: ArrayBuffer): void {
    const piece = readPiece(bytes)
    if (piece && this.wanted && this.pieces.add(piece)) this.tellTimer ??= setTimeout(() => void this.tell(), TELL_AFTER_MS)
  }

  /** While WebRTC is tried: pieces would count for nothing, and asking would end the try. Both wait. */
  hold(on: boolean): void {
    this.holding = on
    if (!on) void this.tell()
  }

  private async ask(): Promise<void> {
    clearTimeout(this.timer)
    if (!this.wanted || this.holding || !this.parts.signaling.isOpen) return
    const asked = ++this.asked
    this.askedAt = Date.now()
    this.asking += 1
    let outcome: Address | RequestError
    try {
      const answer = await this.parts.signaling.request({ type: 'hls' })
      outcome = answer.type === 'hls' ? answer : new RequestError('no_answer', '')
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      outcome = error
    } finally {
      this.asking -= 1
    }
    // A later question, or none, took its place.
    if (asked !== this.asked || !this.wanted) return
    if (outcome instanceof RequestError) this.unanswered(outcome)
    else this.answered(outcome)
  }

  private answered({ url, expires_ms: expiresMs }: Address): void {
    this.retry = FIRST_RETRY_MS
    const { least, most } = RENEW_BEFORE_MS
    const before = least + (most - least) * (this.parts.random ?? Math.random)()
    this.later(Math.max(SOONEST_RENEWAL_MS, expiresMs - this.parts.serverNow() - before))
    const { anew } = this
    this.anew = false
    this.parts.onAddress(url, anew)
    void this.tell()
  }

  private unanswered(error: RequestError): void {
    // The next welcome asks.
    if (error.code === 'not_connected') return
    this.parts.onUnanswered(error.sentence)
    if (this.wanted) this.later(this.retry)
    this.retry = Math.min(LONGEST_RETRY_MS, this.retry * 2)
  }

  private later(ms: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.ask(), ms)
  }

  private async tell(): Promise<void> {
    clearTimeout(this.tellTimer)
    this.tellTimer = undefined
    if (this.holding || this.isAsking || !this.parts.signaling.isOpen) return
    const pieces = this.pieces.take()
    if (pieces.length === 0) return
    try {
      await this.parts.signaling.request({ type: 'fetched', pieces })
    } catch (error) {
      if (error instanceof RequestError && (error.code === 'not_connected' || error.code === 'no_answer')) this.pieces.giveBack(pieces)
    }
  }
}
