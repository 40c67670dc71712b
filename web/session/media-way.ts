/**
 * By which way the Session comes here: over WebRTC where that opens (UDP or TCP, the browser chooses), otherwise as the plain HLS
 * stream, with the same line and the same Participant. From there WebRTC is tried again, seldom, while the stream plays on.
 */
import type { Refusal } from '@/protocol/signaling'
import { CrowdPath } from './crowd-path'
import { notify } from './live-state'
import type { CrowdCause, LiveState } from './live-state'
import type { MediaClient } from './media-client'
import type { MediaPath } from './media-path'
import type { RoomModel } from './room-model'
import type { SignalingClient } from './signaling-client'

export interface MediaWayParts {
  state: LiveState
  room: RoomModel
  media: MediaClient
  path: MediaPath
  signaling: SignalingClient
  random?(): number
}

/** A firewall seldom changes its mind: the pause before a try doubles with each that failed. A change of network begins anew. */
const FIRST_TRY_AFTER_MS = 180_000
const LONGEST_TRY_AFTER_MS = 1_440_000
/** Places for WebRTC become free when others leave; asking costs the server one refusal. */
const FULL_TRY_AFTER_MS = 300_000
/** Another network, or the same once more: the browser needs a moment until it has an address, and may say it several times. */
const NETWORK_SETTLES_MS = 3_000
const NETWORK_TRY_EVERY_MS = 60_000
/** From connected to the first key frame of what is asked for; until then the stream is shown. */
const PICTURES_WITHIN_MS = 1_500

/** Nothing can be sent from here. The page words it. */
export class NoWebrtc extends Error {}

interface Try {
  /** Whether WebRTC stands now. */
  outcome: Promise<boolean>
  settle(stands: boolean): void
  timer: ReturnType<typeof setTimeout> | undefined
}

export class MediaWay {
  readonly crowd: CrowdPath
  /** Why the plain stream is asked for while WebRTC goes on trying. */
  private falling: CrowdCause | null = null
  private attempt: Try | null = null
  private tryTimer: ReturnType<typeof setTimeout> | undefined
  private pause = FIRST_TRY_AFTER_MS
  private triedForNetworkAt = -Infinity
  private streams = 0

  constructor(private readonly parts: MediaWayParts) {
    this.crowd = new CrowdPath({
      signaling: parts.signaling,
      serverNow: () => Date.now() + parts.room.state.clockOffset,
      onAddress: (url, anew) => this.addressed(url, anew),
      onUnanswered: (sentence) => this.unanswered(sentence),
      random: parts.random,
    })
  }

  dispose(): void {
    clearTimeout(this.tryTimer)
    this.tryTimer = undefined
    this.crowd.drop()
    this.endTry(false)
  }

  /** The line is away: what is being tried ends with it, the stream plays on. */
  rest(): void {
    if (this.attempt) this.tryFailed()
  }

  welcomed(resumed: boolean): void {
    const { state, path, media } = this.parts
    if (state.crowd) {
      if (this.attempt) this.tryFailed()
      return this.crowd.welcomed(resumed)
    }
    this.stay()
    if (media.isPossible) path.welcomed(resumed)
    else this.fall('unsupported')
  }

  /** Media flows over WebRTC. */
  connected(): void {
    const { attempt } = this
    if (attempt) {
      attempt.timer ??= setTimeout(() => this.trySucceeded(), PICTURES_WITHIN_MS)
    } else if (this.falling && !this.crowd.isAsking) {
      // In time after all. A question that is on its way closes our Peer, though: then the stream it is.
      this.stay()
    }
  }

  /** The offer was refused; `null`: there was none. */
  refused(code: Refusal | null): void {
    if (this.attempt) return this.tryFailed()
    if (code === 'webrtc_full') {
      this.parts.state.mediaTrouble = ''
      this.fall('full')
    } else if (code === null || code === 'no_common_codec' || code === 'bad_offer') {
      if (!this.speaks) this.fall('unsupported')
    }
  }

  hopeless(ever: boolean): void {
    if (this.attempt) this.tryFailed()
    else if (!this.speaks) this.fall(ever ? 'lost' : 'blocked')
  }

  /** True when it was taken care of: nothing needs to be mended for who watches the stream. */
  networkChanged(): boolean {
    const { state, signaling } = this.parts
    if (!state.crowd || this.attempt) return false
    void signaling.suspect()
    this.pause = FIRST_TRY_AFTER_MS
    if (Date.now() - this.triedForNetworkAt < NETWORK_TRY_EVERY_MS) return true
    this.triedForNetworkAt = Date.now()
    this.tryLater(NETWORK_SETTLES_MS)
    return true
  }

  /** Let on: the floor is had over WebRTC only. */
  admitted(): void {
    if (!this.parts.state.crowd) return
    void this.tryWebrtc().then((stands) => {
      if (!stands && this.parts.signaling.isOpen) notify(this.parts.state, 'cannot_speak')
    })
  }

  /** Before something is sent. Rejects where WebRTC cannot be had here. */
  async forSpeaking(): Promise<void> {
    if (this.parts.state.crowd && !(await this.tryWebrtc())) throw new NoWebrtc()
  }

  /** Who sends, or may, has no use for a picture of seven seconds ago. */
  private get speaks(): boolean {
    const { room, state } = this.parts
    return room.mayPublish.value || Object.values(state.own).some((one) => one !== 'off')
  }

  private fall(cause: CrowdCause): void {
    if (this.parts.state.crowd || this.falling) return
    this.falling = cause
    this.crowd.take()
  }

  private addressed(url: string, anew: boolean): void {
    const { state } = this.parts
    if (anew) this.streams += 1
    if (state.crowd) {
      state.crowd = { ...state.crowd, url, stream: this.streams }
    } else if (this.falling) {
      const cause = this.falling
      this.falling = null
      this.leaveWebrtc()
      state.crowd = { url, stream: this.streams, cause }
      this.tryLater()
    }
  }

  /** There is no stream to be had now; it is asked for again, unless WebRTC came in time after all. */
  private unanswered(sentence: string): void {
    const { state, media } = this.parts
    if (!this.falling) return
    if (media.isConnected) this.stay()
    // While WebRTC is still tried, its own words say more.
    else if (this.falling === 'full' || this.falling === 'unsupported') state.mediaTrouble = sentence || state.mediaTrouble
  }

  private stay(): void {
    this.falling = null
    this.crowd.drop()
  }

  private leaveWebrtc(): void {
    const { path, media, state, room } = this.parts
    path.suspend()
    media.disconnect()
    state.reading = null
    state.sample = null
    room.state.slots = []
  }

  // ---- and back ----

  private tryLater(after?: number): void {
    clearTimeout(this.tryTimer)
    const { state, media } = this.parts
    if (!state.crowd || !media.isPossible) return
    const pause = state.crowd.cause === 'full' ? FULL_TRY_AFTER_MS : this.pause
    // Many fell back in one moment; they need not come back in one.
    const spread = 1 + 0.4 * (this.parts.random ?? Math.random)()
    this.tryTimer = setTimeout(() => void this.tryWebrtc(), after ?? pause * spread)
  }

  private tryWebrtc(): Promise<boolean> {
    if (this.attempt) return this.attempt.outcome
    const { state, media, path, signaling } = this.parts
    if (!state.crowd) return Promise.resolve(true)
    if (!media.isPossible) return Promise.resolve(false)
    if (!signaling.isOpen) {
      this.tryLater()
      return Promise.resolve(false)
    }
    clearTimeout(this.tryTimer)
    let settle: (stands: boolean) => void = () => undefined
    const outcome = new Promise<boolean>((resolve) => (settle = resolve))
    this.attempt = { outcome, settle, timer: undefined }
    // The server takes an offer as our word that we watch over WebRTC again.
    this.crowd.hold(true)
    path.reopen()
    return outcome
  }

  private trySucceeded(): void {
    const { state, media } = this.parts
    if (!media.isConnected) return this.tryFailed()
    state.crowd = null
    this.crowd.drop()
    this.endTry(true)
  }

  private tryFailed(): void {
    const { state } = this.parts
    this.leaveWebrtc()
    this.crowd.hold(false)
    // Whatever became of our offer: from now on the stream again.
    if (state.crowd) this.crowd.take()
    if (state.crowd?.cause !== 'full') this.pause = Math.min(LONGEST_TRY_AFTER_MS, this.pause * 2)
    this.endTry(false)
    this.tryLater()
  }

  private endTry(stands: boolean): void {
    const { attempt } = this
    this.attempt = null
    if (!attempt) return
    clearTimeout(attempt.timer)
    attempt.settle(stands)
  }
}
