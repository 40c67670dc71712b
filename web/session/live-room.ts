/** Being in one Session: joins the line, the media, the devices and what is known, and keeps them in step through every drop. */
import { markRaw, reactive } from '@vue/reactivity'
import type { ClientMessage, LineDetails, LineMode, ParticipantId, ServerMessage, SlotWish, Source, Welcome } from '@/protocol/signaling'
import { DeviceModel } from './devices'
import type { DeviceKind, DeviceOptions, DeviceTrouble } from './devices'
import { compare, reportBetween } from './line-sample'
import type { LineSample } from './line-sample'
import { MediaClient } from './media-client'
import type { MediaOptions, MediaState } from './media-client'
import type { MediaReading } from './media-stats'
import { LOOK_EVERY_MS, PathWatch } from './path-watch'
import { RoomModel } from './room-model'
import { RequestError, SignalingClient } from './signaling-client'
import type { LineState, SignalingOptions } from './signaling-client'
import { planSlots, sameWishes } from './slot-plan'
import type { Shown } from './slot-plan'

export type OwnStatus = 'off' | 'starting' | 'on' | 'muted'
export type NoticeKind = 'admitted' | 'dismissed' | 'muted_by_host' | 'screen_ended' | 'microphone_lost' | 'camera_lost' | 'rejoined'

export interface LiveState {
  line: LineState
  /** `blocked`: the picture's path does not open although the line stands, as behind a firewall that lets no UDP through. */
  media: 'idle' | 'connecting' | 'connected' | 'unstable' | 'blocked'
  /** The server's sentence when it cannot use our offer. */
  mediaTrouble: string
  /** What the person asked of the line. */
  mode: LineMode
  sample: LineSample | null
  reading: MediaReading | null
  own: Record<Source, OwnStatus>
  screenTrouble: DeviceTrouble | null
  /** Tracks that play in the slots, by m-line. */
  slotTracks: Map<string, { kind: 'audio' | 'video'; track: MediaStreamTrack }>
  screenTrack: MediaStreamTrack | null
  wishes: SlotWish[]
  notice: { kind: NoticeKind; seq: number } | null
}

export interface LiveRoomOptions {
  socketUrl: string
  ticket: SignalingOptions['ticket']
  resume: string | null
  keepResume: SignalingOptions['keepResume']
  videoSlots: number
  /** As the person left it last time. */
  mode: LineMode
  keepMode(mode: LineMode): void
  /** The same devices that the device check opened. */
  devices?: DeviceModel
  openSocket?: SignalingOptions['openSocket']
  createPeer?: MediaOptions['createPeer']
  capabilities?: MediaOptions['capabilities']
  mediaDevices?: DeviceOptions['mediaDevices']
}

const WATCHING_EVERY_MS = 15_000
const READ_EVERY_MS = 2_000
const REPORT_EVERY_MS = 10_000
/** A glance at another tab costs nobody a picture; whoever stays away longer only listens. */
const HIDDEN_FOR_MS = 5_000
/** Sizes change many times while a window is dragged. */
const RESIZED_FOR_MS = 200
/** ICE often mends itself within this; sooner would tear down what is about to work. */
const DISCONNECTED_FOR_MS = 2_000
/** Where UDP is blocked the browser needs a few round trips more to find its way over TCP. */
const CONNECT_WITHIN_MS = 15_000
const MEND_WITHIN_MS = 6_000
/** On another network an old line never answers; on a crowded one it answers late. */
const MOVED_PROBE_MS = 1_200
const BROKEN_PROBE_MS = 4_000
/** After a silence: as many round trips, between these. */
const SILENT_PROBE_TRIPS = 4
const SILENT_PROBE_MS = { least: 400, most: 2_000 }
/** A new Peer is the last resort: each pause before one is twice the one before, until media flows again. */
const FIRST_REOPEN_MS = 15_000
const LONGEST_REOPEN_MS = 120_000

export class LiveRoom {
  readonly room = new RoomModel()
  readonly devices: DeviceModel
  readonly state: LiveState = reactive({
    line: { at: 'connecting', attempt: 1 },
    media: 'idle',
    mediaTrouble: '',
    mode: 'auto',
    sample: null,
    reading: null,
    own: { microphone: 'off', camera: 'off', screen: 'off', screen_audio: 'off' },
    screenTrouble: null,
    slotTracks: new Map(),
    screenTrack: null,
    wishes: [],
    notice: null,
  })

  private readonly signaling: SignalingClient
  private readonly media: MediaClient
  private watching = { visible: true, sound: false }
  private shown: readonly Shown[] = []
  private hidden = false
  private hideTimer: ReturnType<typeof setTimeout> | undefined
  private resizeTimer: ReturnType<typeof setTimeout> | undefined
  private reported: MediaReading | null = null
  private readonly path = new PathWatch()
  private timers: ReturnType<typeof setInterval>[] = []
  private mendTimer: ReturnType<typeof setTimeout> | undefined
  private mends = 0
  private reopenedAt = -Infinity
  private reopenPause = FIRST_REOPEN_MS
  private noticeSeq = 0
  private answered = false
  private openings = 0
  private everWelcomed = false
  private disposed = false

  constructor(private readonly options: LiveRoomOptions) {
    this.state.mode = options.mode
    this.devices = options.devices ?? new DeviceModel({ mediaDevices: options.mediaDevices, onLost: (kind) => this.deviceLost(kind) })
    this.signaling = new SignalingClient({
      url: options.socketUrl,
      ticket: options.ticket,
      resume: options.resume,
      keepResume: options.keepResume,
      openSocket: options.openSocket,
      onState: (line) => this.lineChanged(line),
      onWelcome: (welcome) => void this.welcomed(welcome),
      onMessage: (message) => this.heard(message),
    })
    this.media = new MediaClient({
      videoSlots: options.videoSlots,
      createPeer: options.createPeer,
      capabilities: options.capabilities,
      exchange: async (sdp) => {
        const reply = await this.signaling.request({ type: 'offer', sdp })
        if (reply.type !== 'answer') throw new RequestError('no_answer', '')
        return reply.sdp
      },
      onState: (state) => this.mediaChanged(state),
      onSlotTrack: (mid, kind, track) => this.state.slotTracks.set(mid, { kind, track: markRaw(track) }),
    })
  }

  enter(): void {
    this.signaling.start()
    this.timers = [
      setInterval(() => this.tellWatching(), WATCHING_EVERY_MS),
      setInterval(() => void this.read(), READ_EVERY_MS),
      setInterval(() => this.report(), REPORT_EVERY_MS),
      setInterval(() => void this.look(), LOOK_EVERY_MS),
    ]
  }

  leave(): void {
    this.signaling.leave()
  }

  /** Stops everything that runs here; a reload may still resume. */
  dispose(): void {
    if (this.disposed) return
    this.disposed = true
    for (const timer of this.timers) clearInterval(timer)
    clearTimeout(this.mendTimer)
    clearTimeout(this.hideTimer)
    clearTimeout(this.resizeTimer)
    this.signaling.stop()
    this.media.close()
    this.state.screenTrack?.stop()
    this.devices.dispose()
  }

  // ---- what a person does ----

  /** Resolves when the server did it, rejects with the sentence to show. */
  async ask(message: ClientMessage): Promise<void> {
    await this.signaling.request(message)
  }

  async lineOf(participant: ParticipantId): Promise<LineDetails> {
    const reply = await this.signaling.request({ type: 'line_details', participant })
    if (reply.type !== 'line_details') throw new RequestError('no_answer', '')
    return reply.details
  }

  /** Kept for the next time, and told again after every return. */
  chooseMode(mode: LineMode): void {
    this.state.mode = mode
    this.options.keepMode(mode)
    this.tellMode()
  }

  /** What the page shows now: exactly this is asked for. Another picture is asked for at once, another size after a moment. */
  show(shown: readonly Shown[]): void {
    const before = this.shown
    this.shown = shown
    const resized = before.length === shown.length && shown.every((one, n) => one.participant === before[n]?.participant && one.source === before[n]?.source)
    clearTimeout(this.resizeTimer)
    if (resized) this.resizeTimer = setTimeout(() => this.planSlots(), RESIZED_FOR_MS)
    else this.planSlots()
  }

  /**
   * Is the page visible, is the sound on? Told at once when it changes and every 15 s. A page that nobody sees for a while
   * asks for no pictures, unless one of them stands in a window of its own.
   */
  setWatching(visible: boolean, sound: boolean, ownWindow = false): void {
    clearTimeout(this.hideTimer)
    if (visible || ownWindow) this.setHidden(false)
    else if (!this.hidden) this.hideTimer = setTimeout(() => this.setHidden(true), HIDDEN_FOR_MS)
    if (visible === this.watching.visible && sound === this.watching.sound) return
    this.watching = { visible, sound }
    this.tellWatching()
  }

  /** Another network: the websocket may be as dead as the old path. */
  networkChanged(): void {
    this.signaling.probe(MOVED_PROBE_MS)
    if (this.signaling.isOpen && this.answered) this.mend()
  }

  retryNow(): void {
    this.signaling.retryNow()
  }

  async toggleMicrophone(): Promise<void> {
    const { own } = this.state
    if (own.microphone === 'starting') return
    if (own.microphone === 'off') return this.start('microphone')
    await this.setMicrophoneMuted(own.microphone === 'on')
  }

  async toggleCamera(): Promise<void> {
    const { own } = this.state
    if (own.camera === 'starting') return
    if (own.camera === 'off') return this.start('camera')
    await this.stop('camera')
    this.devices.close('camera')
  }

  async toggleScreen(): Promise<void> {
    const { own } = this.state
    if (own.screen === 'starting') return
    if (own.screen === 'off') return this.startScreen()
    await this.stopScreen()
  }

  /** A speaker gives the floor back: everything off. The right to speak stays until the host takes it. */
  async stopSpeaking(): Promise<void> {
    await this.goOffAir()
  }

  /** Another microphone or camera, on air without a break in the Session. */
  async chooseDevice(kind: DeviceKind, id: string): Promise<void> {
    const track = await this.devices.choose(kind, id)
    if (this.state.own[kind] === 'off') return
    if (!track) return this.stop(kind)
    track.enabled = this.state.own[kind] !== 'muted'
    await this.media.setTrack(kind, track)
  }

  async start(source: 'microphone' | 'camera'): Promise<void> {
    const { own } = this.state
    own[source] = 'starting'
    const track = await this.devices.open(source)
    if (!track || this.disposed) {
      own[source] = 'off'
      return
    }
    track.enabled = true
    await this.media.setTrack(source, track)
    own[source] = 'on'
    await this.publish(source)
  }

  // ---- what the server does ----

  private async welcomed(welcome: Welcome): Promise<void> {
    const again = this.everWelcomed
    this.everWelcomed = true
    this.room.welcome(welcome, Date.now())
    if (again && !welcome.resumed) this.notify('rejoined')
    this.mends = 0
    if (this.state.media !== 'blocked') this.state.media = again ? 'unstable' : 'connecting'
    this.tellMode()
    this.tellWatching()
    await this.openMedia()
  }

  /** A new Peer: offers, says what should be shown, and promises again what is being sent. */
  private async openMedia(): Promise<void> {
    const { state } = this
    const opening = ++this.openings
    this.answered = false
    state.wishes = []
    state.slotTracks = new Map()
    this.reported = null
    this.path.proven()
    this.expectConnected(CONNECT_WITHIN_MS)
    try {
      await this.media.connect()
    } catch (error) {
      // Not connected: the next welcome starts over. No answer in time: the timer above tries again.
      if (error instanceof RequestError) state.mediaTrouble = error.sentence
      return
    }
    // A newer Peer took over while this one waited for its answer.
    if (opening !== this.openings) return
    state.mediaTrouble = ''
    this.answered = true
    this.planSlots(true)
    for (const source of ['microphone', 'camera', 'screen', 'screen_audio'] as const) {
      if (state.own[source] === 'on' || state.own[source] === 'muted') await this.publish(source)
    }
  }

  private heard(message: ServerMessage): void {
    this.room.apply(message)
    switch (message.type) {
      case 'slots':
      case 'publication_changed':
      case 'publication_removed':
        this.path.rest(Date.now())
        break
      case 'roster':
        if (message.last && !this.room.mayPublish.value) void this.goOffAir()
        break
      case 'admitted':
        this.notify('admitted')
        break
      case 'dismissed':
        void this.goOffAir()
        this.notify('dismissed')
        break
      case 'muted_by_host':
        this.mutedByHost(message.source)
        break
      default:
        break
    }
  }

  private mutedByHost(source: Source): void {
    if (source !== 'microphone' || this.state.own.microphone !== 'on') return
    const track = this.devices.state.microphoneTrack
    if (track) track.enabled = false
    this.state.own.microphone = 'muted'
    this.notify('muted_by_host')
  }

  private lineChanged(line: LineState): void {
    const wasOpen = this.state.line.at === 'open'
    this.state.line = line
    if (line.at === 'closed') {
      clearTimeout(this.mendTimer)
      this.media.close()
      this.state.media = 'idle'
      if (line.reason !== 'left') this.state.screenTrack?.stop()
    } else if (wasOpen && line.at === 'reconnecting') {
      clearTimeout(this.mendTimer)
    }
  }

  // ---- the media path ----

  private mediaChanged(media: MediaState): void {
    switch (media) {
      case 'connected':
        clearTimeout(this.mendTimer)
        this.mends = 0
        this.reopenPause = FIRST_REOPEN_MS
        this.state.media = 'connected'
        break
      case 'connecting':
        if (this.state.media === 'idle') this.state.media = 'connecting'
        break
      case 'disconnected':
        this.state.media = 'unstable'
        this.signaling.probe(BROKEN_PROBE_MS)
        this.expectConnected(DISCONNECTED_FOR_MS)
        break
      case 'failed':
        if (this.state.media !== 'blocked') this.state.media = 'unstable'
        this.signaling.probe(BROKEN_PROBE_MS)
        this.mend()
        break
      default:
        break
    }
  }

  private expectConnected(within: number): void {
    clearTimeout(this.mendTimer)
    this.mendTimer = setTimeout(() => {
      // A path may be renewed without ever having been lost.
      if (this.media.isConnected) return this.mediaChanged('connected')
      if (this.state.media === 'connecting' || this.mends >= 2) this.state.media = 'blocked'
      // Whatever broke the path may have broken the line too, which notices much later.
      this.signaling.probe(BROKEN_PROBE_MS)
      this.mend()
    }, within)
  }

  /** First a new path for this Peer, twice; then a new Peer on the same line, with ever longer pauses. */
  private mend(): void {
    if (!this.signaling.isOpen || this.disposed) return
    this.expectConnected(MEND_WITHIN_MS)
    this.mends += 1
    if (this.mends <= 2 && this.answered) {
      this.media.restartIce().catch(() => undefined)
    } else if (Date.now() - this.reopenedAt > this.reopenPause) {
      this.reopenedAt = Date.now()
      this.reopenPause = Math.min(LONGEST_REOPEN_MS, this.reopenPause * 2)
      void this.openMedia()
    }
  }

  private setHidden(hidden: boolean): void {
    if (hidden === this.hidden) return
    this.hidden = hidden
    this.planSlots()
  }

  private planSlots(force = false): void {
    if (!this.answered) return
    const { state } = this
    const wishes = planSlots(this.media.videoSlotMids(), this.hidden ? [] : this.shown, state.wishes)
    if (!force && sameWishes(wishes, state.wishes)) return
    state.wishes = wishes
    this.signaling.request({ type: 'slots', slots: wishes }).catch(() => undefined)
  }

  private async read(): Promise<void> {
    const reading = await this.media.read().catch(() => null)
    if (!reading || this.disposed) return
    const before = this.state.reading
    this.state.reading = markRaw(reading)
    if (before) this.state.sample = compare(before, reading)
  }

  /** A hidden page is looked at too rarely to tell a silence from a nap. */
  private async look(): Promise<void> {
    if (this.state.media !== 'connected' || !this.watching.visible) return this.path.rest(Date.now())
    const received = await this.media.receivedOnPath().catch(() => null)
    if (this.disposed || !this.path.observe(received, Date.now())) return
    const trips = (this.state.reading?.roundTrip ?? 0) * 1000 * SILENT_PROBE_TRIPS
    this.signaling.probe(Math.min(SILENT_PROBE_MS.most, Math.max(SILENT_PROBE_MS.least, trips)))
    this.mend()
  }

  private report(): void {
    const { reading, media } = this.state
    if (!reading || media !== 'connected') return
    const before = this.reported
    this.reported = reading
    if (before && before !== reading) this.signaling.request({ type: 'line_report', ...reportBetween(before, reading) }).catch(() => undefined)
  }

  private tellMode(): void {
    this.signaling.request({ type: 'line_mode', mode: this.state.mode }).catch(() => undefined)
  }

  private tellWatching(): void {
    this.signaling.request({ type: 'watching', ...this.watching }).catch(() => undefined)
  }

  // ---- what we send ----

  private async publish(source: Source): Promise<void> {
    const mid = this.media.midOf(source)
    // Without an answered offer there is nothing to promise yet; the welcome's own round publishes it.
    if (mid === null || !this.answered) return
    try {
      await this.signaling.request({ type: 'publish', source, mid })
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      if (error.code === 'not_connected' || error.code === 'no_answer') return
      if (error.code !== 'already_published') {
        await this.stop(source)
        if (source === 'camera' || source === 'microphone') this.devices.close(source)
        throw error
      }
    }
    if (this.state.own[source] === 'muted') await this.tellMuted(source, true)
  }

  private async setMicrophoneMuted(muted: boolean): Promise<void> {
    const track = this.devices.state.microphoneTrack
    if (track) track.enabled = !muted
    this.state.own.microphone = muted ? 'muted' : 'on'
    await this.tellMuted('microphone', muted)
  }

  private async tellMuted(source: Source, muted: boolean): Promise<void> {
    await this.signaling.request({ type: 'mute', source, muted }).catch((error: unknown) => {
      if (error instanceof RequestError && (error.code === 'not_connected' || error.code === 'no_answer')) return
      throw error
    })
  }

  private async stop(source: Source): Promise<void> {
    if (this.state.own[source] === 'off') return
    this.state.own[source] = 'off'
    await this.media.setTrack(source, null)
    // Not waited for: the camera's light goes out now, and the frames of one line keep their order.
    this.signaling.request({ type: 'unpublish', source }).catch(() => undefined)
  }

  private async startScreen(): Promise<void> {
    const { own } = this.state
    own.screen = 'starting'
    this.state.screenTrouble = null
    try {
      const screen = await this.devices.openScreen()
      if (!screen || this.disposed) {
        own.screen = 'off'
        screen?.video.stop()
        return
      }
      this.state.screenTrack = markRaw(screen.video)
      screen.video.onended = () => {
        this.notify('screen_ended')
        void this.stopScreen()
      }
      await this.media.setTrack('screen', screen.video)
      own.screen = 'on'
      if (screen.audio) {
        await this.media.setTrack('screen_audio', screen.audio)
        own.screen_audio = 'on'
      }
    } catch (trouble) {
      own.screen = 'off'
      this.state.screenTrouble = typeof trouble === 'string' ? (trouble as DeviceTrouble) : 'unknown'
      return
    }
    await this.publish('screen')
    if (own.screen_audio === 'on') await this.publish('screen_audio')
  }

  private async stopScreen(): Promise<void> {
    const track = this.state.screenTrack
    if (track) {
      track.onended = null
      track.stop()
    }
    this.state.screenTrack = null
    await this.stop('screen_audio')
    await this.stop('screen')
  }

  private async goOffAir(): Promise<void> {
    await this.stopScreen()
    await this.stop('camera')
    await this.stop('microphone')
    this.devices.close('camera')
    this.devices.close('microphone')
  }

  deviceLost(kind: DeviceKind): void {
    this.notify(kind === 'camera' ? 'camera_lost' : 'microphone_lost')
    void this.stop(kind)
  }

  private notify(kind: NoticeKind): void {
    this.noticeSeq += 1
    this.state.notice = { kind, seq: this.noticeSeq }
  }
}
