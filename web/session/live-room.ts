/** Being in one Session: joins the line, the media, the devices and what is known, and keeps them in step through every drop. */
import { markRaw } from '@vue/reactivity'
import type { ClientMessage, LineDetails, LineMode, LineReport, ParticipantId, ServerMessage, Welcome } from '@/protocol/signaling'
import { DeviceModel } from './devices'
import type { DeviceKind, DeviceOptions } from './devices'
import { compare, reportBetween } from './line-sample'
import { newLiveState, notify } from './live-state'
import type { LiveState } from './live-state'
import { MediaClient } from './media-client'
import type { MediaOptions } from './media-client'
import { MediaPath } from './media-path'
import { MediaWay } from './media-way'
import type { MediaReading } from './media-stats'
import { OnAir } from './on-air'
import { RoomModel } from './room-model'
import { RequestError, SignalingClient } from './signaling-client'
import type { LineState, SignalingOptions } from './signaling-client'
import { planSlots, sameWishes } from './slot-plan'
import type { Shown } from './slot-plan'

export interface LiveRoomOptions {
  socketUrl: string
  ticket: SignalingOptions['ticket']
  resume: string | null
  device?: SignalingOptions['device']
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
  random?(): number
}

const WATCHING_EVERY_MS = 15_000
const READ_EVERY_MS = 2_000
export const REPORT_EVERY_MS = 10_000
/** A glance at another tab costs nobody a picture; whoever stays away longer only listens. */
const HIDDEN_FOR_MS = 5_000
/** Sizes change many times while a window is dragged. */
const RESIZED_FOR_MS = 200
export class LiveRoom {
  readonly room = new RoomModel()
  readonly devices: DeviceModel
  readonly state: LiveState

  private readonly signaling: SignalingClient
  private readonly media: MediaClient
  private readonly path: MediaPath
  private readonly way: MediaWay
  private readonly air: OnAir
  private watching = { visible: true, sound: false }
  private shown: readonly Shown[] = []
  private hidden = false
  private hideTimer: ReturnType<typeof setTimeout> | undefined
  private resizeTimer: ReturnType<typeof setTimeout> | undefined
  private reported: MediaReading | null = null
  private timers: ReturnType<typeof setInterval>[] = []
  private everWelcomed = false
  private disposed = false

  constructor(private readonly options: LiveRoomOptions) {
    this.state = newLiveState(options.mode)
    this.devices = options.devices ?? new DeviceModel({ mediaDevices: options.mediaDevices, onLost: (kind) => this.deviceLost(kind) })
    this.signaling = new SignalingClient({
      url: options.socketUrl,
      ticket: options.ticket,
      resume: options.resume,
      device: options.device,
      keepResume: options.keepResume,
      openSocket: options.openSocket,
      onState: (line) => this.lineChanged(line),
      onWelcome: (welcome) => this.welcomed(welcome),
      onMessage: (message) => this.heard(message),
    })
    this.media = new MediaClient({
      videoSlots: options.videoSlots,
      createPeer: options.createPeer,
      capabilities: options.capabilities,
      exchange: async (sdp, continues) => {
        const reply = await this.signaling.request(continues ? { type: 'offer', sdp, continues } : { type: 'offer', sdp })
        if (reply.type !== 'answer') throw new RequestError('no_answer', '')
        return reply.sdp
      },
      onState: (state) => this.path.mediaChanged(state),
      onSlotTrack: (mid, kind, track) => this.state.slotTracks.set(mid, { kind, track: markRaw(track) }),
    })
    const { state, room, devices, media, signaling } = this
    this.path = new MediaPath({
      state,
      media,
      signaling,
      onAnswered: () => this.agree(),
      onContinued: () => this.agree(),
      onConnected: () => this.way.connected(),
      onRefused: (code) => this.way.refused(code),
      onHopeless: (ever) => this.way.hopeless(ever),
    })
    this.way = new MediaWay({ state, room, media, path: this.path, signaling, random: options.random })
    this.air = new OnAir({ state, room, devices, media, signaling, answered: () => this.path.answered })
  }

  enter(): void {
    this.signaling.start()
    this.timers = [
      setInterval(() => this.tellWatching(), WATCHING_EVERY_MS),
      setInterval(() => void this.read(), READ_EVERY_MS),
      setInterval(() => this.report(), REPORT_EVERY_MS),
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
    clearTimeout(this.hideTimer)
    clearTimeout(this.resizeTimer)
    this.way.dispose()
    this.path.dispose()
    this.signaling.stop()
    this.media.close()
    this.air.dispose()
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
   * asks for no pictures. One of them in a window of its own is as good as the page.
   */
  setWatching(visible: boolean, sound: boolean, ownWindow = false): void {
    clearTimeout(this.hideTimer)
    const seen = visible || ownWindow
    if (seen) this.setHidden(false)
    else if (!this.hidden) this.hideTimer = setTimeout(() => this.setHidden(true), HIDDEN_FOR_MS)
    this.path.setVisible(visible)
    if (seen === this.watching.visible && sound === this.watching.sound) return
    this.watching = { visible: seen, sound }
    this.tellWatching()
  }

  /** Another network: line and path may both be dead. */
  networkChanged(): void {
    if (!this.way.networkChanged()) void this.path.doubt()
  }

  /** Of the plain stream: the beginning of what was loaded, and that its address was refused. */
  streamLoaded(bytes: ArrayBuffer): void {
    this.way.crowd.fetched(bytes)
  }

  /** What was seen of it since the last report, for the host who looks at this line. */
  reportStream(report: LineReport): void {
    if (this.state.crowd) this.signaling.request({ type: 'line_report', ...report }).catch(() => undefined)
  }

  streamRefused(): void {
    this.way.crowd.refused()
  }

  retryNow(): void {
    this.signaling.retryNow()
  }

  toggleMicrophone(): Promise<void> {
    return this.sending('microphone', () => this.air.toggleMicrophone())
  }

  toggleCamera(): Promise<void> {
    return this.sending('camera', () => this.air.toggleCamera())
  }

  toggleScreen(): Promise<void> {
    return this.sending('screen', () => this.air.toggleScreen())
  }

  /** A speaker gives the floor back: everything off. The right to speak stays until the host takes it. */
  stopSpeaking(): Promise<void> {
    return this.air.goOffAir()
  }

  chooseDevice(kind: DeviceKind, id: string): Promise<void> {
    return this.air.chooseDevice(kind, id)
  }

  start(source: 'microphone' | 'camera'): Promise<void> {
    return this.air.start(source)
  }

  deviceLost(kind: DeviceKind): void {
    notify(this.state, kind === 'camera' ? 'camera_lost' : 'microphone_lost')
    void this.air.stop(kind)
  }

  /** Who watches the plain stream needs WebRTC before anything can be sent. */
  private async sending(source: 'microphone' | 'camera' | 'screen', toggle: () => Promise<void>): Promise<void> {
    const { own, crowd } = this.state
    if (!crowd || own[source] !== 'off') return toggle()
    own[source] = 'starting'
    try {
      await this.way.forSpeaking()
    } finally {
      own[source] = 'off'
    }
    if (!this.disposed) await toggle()
  }

  // ---- what the server does ----

  private welcomed(welcome: Welcome): void {
    const again = this.everWelcomed
    this.everWelcomed = true
    this.room.welcome(welcome, Date.now())
    if (again && !welcome.resumed) notify(this.state, 'rejoined')
    this.tellMode()
    this.tellWatching()
    this.way.welcomed(welcome.resumed)
  }

  /** Says what should be shown, and promises what is being sent. */
  private agree(): void {
    this.planSlots(true)
    this.air.agree().catch(() => undefined)
  }

  private heard(message: ServerMessage): void {
    this.room.apply(message)
    switch (message.type) {
      case 'slots':
      case 'publication_changed':
      case 'publication_removed':
        this.path.otherMedia()
        break
      case 'roster':
        if (message.last && !this.room.mayPublish.value) void this.air.goOffAir()
        break
      case 'admitted':
        notify(this.state, 'admitted')
        this.way.admitted()
        break
      case 'dismissed':
        void this.air.goOffAir()
        notify(this.state, 'dismissed')
        break
      case 'muted_by_host':
        this.air.mutedByHost(message.source)
        break
      default:
        break
    }
  }

  private lineChanged(line: LineState): void {
    this.state.line = line
    if (line.at === 'open') return
    this.way.rest()
    this.path.rest()
    if (line.at !== 'closed') return
    this.way.dispose()
    this.state.crowd = null
    this.media.close()
    this.state.media = 'idle'
    if (line.reason !== 'left') this.state.screenTrack?.stop()
  }

  private setHidden(hidden: boolean): void {
    if (hidden === this.hidden) return
    this.hidden = hidden
    this.planSlots()
  }

  private planSlots(force = false): void {
    if (!this.path.answered) return
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
}
