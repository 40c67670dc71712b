/**
 * Keeps media flowing between a Peer and the server: notices that its path broke, and finds another for the same Peer. Only
 * when that does not help, or the server has the Peer no more, a new one is made.
 */
import type { Refusal } from '@/protocol/signaling'
import type { LiveState } from './live-state'
import type { MediaClient, MediaState } from './media-client'
import { LOOK_EVERY_MS, PathWatch } from './path-watch'
import { RequestError } from './signaling-client'
import type { SignalingClient } from './signaling-client'

export interface MediaPathParts {
  state: LiveState
  media: MediaClient
  signaling: SignalingClient
  /** A new Peer has its answer: its slots are to be asked for, and what is on air to be promised. */
  onAnswered(): void
  /** The same Peer is heard of again after a return. */
  onContinued(): void
  /** Media flows. */
  onConnected(): void
  /** The server cannot or will not use our offer; `null`: this browser could not make one. */
  onRefused(code: Refusal | null): void
  /** It should flow by now. `ever`: it did before. The path goes on trying for as long as nobody suspends it. */
  onHopeless(ever: boolean): void
}

/** ICE often mends itself within this; sooner would tear down what is about to work. */
const DISCONNECTED_FOR_MS = 2_000
/** Where UDP is blocked the browser needs a few round trips more to find its way over TCP. */
const CONNECT_WITHIN_MS = 15_000
const MEND_WITHIN_MS = 6_000
/**
 * Who is not connected by then will not be. The browser tries UDP and TCP side by side, from the answer on, which takes about two
 * seconds on a weak line; the port may be found open only by the second or third check (0.5 s apart and more), and a lost flight of
 * the DTLS handshake comes again after 1, 2 and 4 s.
 */
const HOPE_FOR_MS = 12_000
/** A connection that broke: two new paths of `MEND_WITHIN_MS` each and the beginning of a new Peer have been tried. */
const HOPE_AGAIN_FOR_MS = 18_000
/**
 * A browser learns of its new network up to 2 s after it has lost the old one. Until then a restart finds no way out and
 * fails at once; so many more are tried, so far apart.
 */
const AGAIN_AFTER_MS = 700
const AGAIN_TIMES = 3
/** A new Peer is the last resort: each pause before one is twice the one before, until media flows again. */
const FIRST_REOPEN_MS = 15_000
const LONGEST_REOPEN_MS = 120_000

export class MediaPath {
  /** Is there an answered offer? */
  answered = false
  private readonly watch = new PathWatch()
  private readonly looks = setInterval(() => void this.look(), LOOK_EVERY_MS)
  private mendTimer: ReturnType<typeof setTimeout> | undefined
  private againTimer: ReturnType<typeof setTimeout> | undefined
  private hopeTimer: ReturnType<typeof setTimeout> | undefined
  private ever = false
  private suspended = false
  private mends = 0
  private again = 0
  private restartedAt = -Infinity
  private reopenedAt = -Infinity
  private reopenPause = FIRST_REOPEN_MS
  private openings = 0
  private way = ''
  private visible = true
  private doubting = false
  private disposed = false

  constructor(private readonly parts: MediaPathParts) {}

  dispose(): void {
    this.disposed = true
    clearInterval(this.looks)
    this.rest()
  }

  /** The line is away or over: whoever comes back starts again. */
  rest(): void {
    clearTimeout(this.mendTimer)
    clearTimeout(this.againTimer)
    this.stopHoping()
  }

  /** Media comes another way: nothing is tried until `reopen` or a welcome. The Peer is not ours to close. */
  suspend(): void {
    const { state } = this.parts
    this.suspended = true
    this.openings += 1
    this.rest()
    this.answered = false
    this.ever = false
    state.wishes = []
    state.slotTracks = new Map()
    state.media = 'idle'
    state.mediaTrouble = ''
  }

  /** A try after `suspend`. */
  reopen(): void {
    this.suspended = false
    this.mends = 0
    this.again = 0
    void this.open()
  }

  /** A hidden page is looked at too rarely to tell a silence from a nap. */
  setVisible(visible: boolean): void {
    this.visible = visible
  }

  /** Something else is sent from now on: perhaps less, perhaps nothing. */
  otherMedia(): void {
    this.watch.rest(Date.now())
  }

  /** The Room welcomed us, anew or again. `resumed`: it may still have our Peer. */
  welcomed(resumed: boolean): void {
    this.suspended = false
    this.mends = 0
    this.again = 0
    this.watch.proven()
    this.watch.rest(Date.now())
    if (resumed && this.answered && this.parts.media.isOpen) void this.restart(true)
    else void this.open()
  }

  /** The network is another, or seems to be: the line may be as dead as the path. */
  async doubt(): Promise<void> {
    if (this.doubting || this.suspended || Date.now() - this.restartedAt < AGAIN_AFTER_MS) return
    this.doubting = true
    const stands = await this.parts.signaling.suspect()
    this.doubting = false
    if (stands && !this.disposed) this.mend()
  }

  mediaChanged(media: MediaState): void {
    const { state, signaling } = this.parts
    if (this.suspended) return
    switch (media) {
      case 'connected':
        this.rest()
        this.mends = 0
        this.again = 0
        this.reopenPause = FIRST_REOPEN_MS
        this.ever = true
        state.media = 'connected'
        this.parts.onConnected()
        break
      case 'connecting':
        if (state.media === 'idle') state.media = 'connecting'
        break
      case 'disconnected':
        state.media = 'unstable'
        this.hope(HOPE_AGAIN_FOR_MS)
        void signaling.suspect()
        this.expectConnected(DISCONNECTED_FOR_MS)
        break
      case 'failed':
        if (state.media !== 'blocked') state.media = 'unstable'
        this.hope(HOPE_AGAIN_FOR_MS)
        if (Date.now() - this.restartedAt < MEND_WITHIN_MS && this.again < AGAIN_TIMES) this.restartSoon()
        else void this.doubt()
        break
      default:
        break
    }
  }

  /** A new Peer. */
  private async open(): Promise<void> {
    const { state, media } = this.parts
    const opening = ++this.openings
    this.answered = false
    state.wishes = []
    state.slotTracks = new Map()
    state.media = state.media === 'idle' || state.media === 'blocked' ? state.media : 'unstable'
    this.watch.proven()
    this.expectConnected(CONNECT_WITHIN_MS)
    this.hope(this.ever ? HOPE_AGAIN_FOR_MS : HOPE_FOR_MS)
    try {
      await media.connect()
    } catch (error) {
      if (opening !== this.openings || this.disposed) return
      // Not connected: the next welcome starts over. No answer in time: the timer above tries again.
      if (error instanceof RequestError) state.mediaTrouble = error.sentence
      if (!(error instanceof RequestError)) this.parts.onRefused(null)
      else if (error.code !== 'not_connected' && error.code !== 'no_answer') this.parts.onRefused(error.code)
      return
    }
    // A newer Peer took over while this one waited for its answer.
    if (opening !== this.openings) return
    state.mediaTrouble = ''
    this.answered = true
    this.parts.onAnswered()
  }

  /** A new path for the Peer that we have. */
  private async restart(returned: boolean): Promise<void> {
    const opening = this.openings
    this.restartedAt = Date.now()
    this.expectConnected(MEND_WITHIN_MS)
    this.hope(HOPE_AGAIN_FOR_MS)
    try {
      await this.parts.media.restartIce()
    } catch (error) {
      const unheard = error instanceof RequestError && (error.code === 'not_connected' || error.code === 'no_answer')
      // The server has the Peer no more, or the browser cannot go on with it.
      if (!unheard && opening === this.openings && !this.disposed) await this.open()
      return
    }
    if (returned && opening === this.openings) this.parts.onContinued()
  }

  private restartSoon(): void {
    this.again += 1
    clearTimeout(this.againTimer)
    this.againTimer = setTimeout(() => {
      if (!this.parts.media.isConnected && this.parts.signaling.isOpen && !this.suspended) void this.restart(false)
    }, AGAIN_AFTER_MS)
  }

  private expectConnected(within: number): void {
    clearTimeout(this.mendTimer)
    const since = Date.now()
    this.mendTimer = setTimeout(() => {
      const { media, state } = this.parts
      // A path may be renewed without ever having been lost.
      if (media.isConnected && (this.watch.heardSince(since) || !this.visible)) return this.mediaChanged('connected')
      if (state.media === 'connecting' || this.mends >= 2) state.media = 'blocked'
      // Whatever broke the path may have broken the line too, which notices much later.
      void this.doubt()
    }, within)
  }

  /** It counts from the first trouble, whatever is tried meanwhile. */
  private hope(within: number): void {
    this.hopeTimer ??= setTimeout(() => {
      this.stopHoping()
      const { media } = this.parts
      // A browser that does not count what comes by a path can only say that it is connected.
      if (media.isConnected && !this.watch.counts) return
      this.parts.onHopeless(this.ever)
      if (!this.suspended && !this.disposed) this.hope(HOPE_AGAIN_FOR_MS)
    }, within)
  }

  private stopHoping(): void {
    clearTimeout(this.hopeTimer)
    this.hopeTimer = undefined
  }

  /** First a new path for this Peer, twice; then a new Peer on the same line, with ever longer pauses. */
  private mend(): void {
    if (!this.parts.signaling.isOpen || this.disposed || this.suspended) return
    this.expectConnected(MEND_WITHIN_MS)
    this.mends += 1
    this.again = 0
    if (this.mends <= 2 && this.answered) {
      void this.restart(false)
    } else if (Date.now() - this.reopenedAt > this.reopenPause) {
      this.reopenedAt = Date.now()
      this.reopenPause = Math.min(LONGEST_REOPEN_MS, this.reopenPause * 2)
      void this.open()
    }
  }

  private async look(): Promise<void> {
    const { media, signaling, state } = this.parts
    if (state.media !== 'connected' || !this.visible) return this.watch.rest(Date.now())
    const seen = await media.lookAtPath().catch(() => null)
    if (this.disposed) return
    // The server sees us at another address than before: media came along by itself, the line cannot have.
    if (seen && this.way && seen.way !== this.way && Date.now() - this.restartedAt > MEND_WITHIN_MS) void signaling.suspect()
    this.way = seen?.way ?? ''
    if (this.watch.observe(seen?.received ?? null, Date.now())) void this.doubt()
  }
}
