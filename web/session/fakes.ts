/** A socket and a peer connection that tests hold both ends of. Imported by tests only. */
import type { ChatLine, CheckIn, ClientFrame, ParticipantView, PlaceView, Poll, SeatView, ServerMessage, Welcome } from '@/protocol/signaling'

/** A JSON object with `type`, loosely typed: tests read it. */
export type Sent = ClientFrame & Record<string, unknown>

export class FakeSocket {
  static all: FakeSocket[] = []
  static get last(): FakeSocket {
    const socket = FakeSocket.all[FakeSocket.all.length - 1]
    if (!socket) throw new Error('no socket was opened')
    return socket
  }
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  readonly sent: Sent[] = []
  closedWith: number | null = null
  /** Pings are answered for as long as there is a server at the other end. */
  alive = true

  constructor(readonly url: string) {
    FakeSocket.all.push(this)
  }
  send(text: string): void {
    const frame = JSON.parse(text) as Sent
    this.sent.push(frame)
    if (frame.type === 'ping') void Promise.resolve().then(() => this.alive && this.says({ type: 'pong', re: frame.id, at_ms: Date.now() }))
  }
  close(code?: number): void {
    this.closedWith = code ?? 1005
  }

  // ---- the server's end ----
  opens(): void {
    this.onopen?.()
  }
  says(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
  closes(code: number): void {
    this.onclose?.({ code })
  }
  /** The newest frame of this type. */
  newest(type: string): Sent {
    const found = this.sent.filter((one) => one.type === type).pop()
    if (!found) throw new Error(`nothing of type ${type} was sent`)
    return found
  }
  count(type: string): number {
    return this.sent.filter((one) => one.type === type).length
  }
}

export function welcome(re: number, over: Partial<Welcome> = {}): ServerMessage {
  return {
    type: 'welcome',
    re,
    protocol: 1,
    you: 2,
    resume: 'token-1',
    resume_within_s: 120,
    resumed: false,
    session: { id: 's', title: '习作单元整体教学', started_ms: 1_000, spotlight: null, recording: 'on' },
    people: 2,
    publications: [],
    now_ms: Date.now(),
    ...over,
  }
}

/** What follows a welcome at once. */
export function roster(participants: ParticipantView[] = [person(1, { role: 'host', may_publish: true }), person(2)], last = true): ServerMessage {
  return { type: 'roster', participants, last }
}
export function history(lines: ChatLine[] = [], last = true): ServerMessage {
  return { type: 'chat_history', lines, last }
}

export function person(id: number, over: Partial<ParticipantView> = {}): ParticipantView {
  return {
    id,
    kind: 'account',
    role: 'viewer',
    name: `老师${id}`,
    school: null,
    rural: false,
    connected: true,
    may_publish: false,
    hand_raised_ms: null,
    joined_ms: id,
    seated: 0,
    ...over,
  }
}

/** The third of the Session, open for two minutes, and waiting for you. */
export function checkIn(over: Partial<CheckIn> = {}): CheckIn {
  return { number: 3, ordinal: 2, purpose: 'roll', method: 'tap', place: null, opened_ms: 0, closes_ms: 120_000, you: 'asked', drawn: [], ...over }
}
/** The second of the Session, open, with three options of which one may be chosen. */
export function poll(over: Partial<Poll> = {}): Poll {
  return { number: 2, question: '这节课的导入怎么样？', options: ['很好', '还可以', '再想想'], several: false, opened_ms: 0, result: null, ...over }
}
export function place(id: string, over: Partial<PlaceView> = {}): PlaceView {
  return { id, name: '三楼多媒体教室', school: '石桥镇中心小学', participant: null, expected: 12, headcount: null, seated: 0, ...over }
}
export function seat(number: number, over: Partial<SeatView> = {}): SeatView {
  return { number, name: `老师${number}`, school: '石桥镇中心小学', rural: true, signed_in: true, at_ms: number, ...over }
}

export class FakeTrack {
  static nextId = 1
  readonly id = `track-${FakeTrack.nextId++}`
  enabled = true
  readyState: 'live' | 'ended' = 'live'
  contentHint = ''
  onended: (() => void) | null = null
  constructor(readonly kind: 'audio' | 'video') {}
  stop(): void {
    this.readyState = 'ended'
  }
  getSettings() {
    return { deviceId: `device-${this.kind}`, height: 720 }
  }
}

export class FakePeer {
  static all: FakePeer[] = []
  static get last(): FakePeer {
    const peer = FakePeer.all[FakePeer.all.length - 1]
    if (!peer) throw new Error('no peer was made')
    return peer
  }
  connectionState = 'new'
  signalingState = 'stable'
  onconnectionstatechange: (() => void) | null = null
  ontrack: ((event: unknown) => void) | null = null
  readonly transceivers: FakeTransceiver[] = []
  readonly offers: { iceRestart: boolean }[] = []
  answer: string | null = null

  constructor() {
    FakePeer.all.push(this)
  }
  addTransceiver(kind: 'audio' | 'video', init: RTCRtpTransceiverInit): FakeTransceiver {
    const made = new FakeTransceiver(kind, init)
    this.transceivers.push(made)
    return made
  }
  createOffer(options: { iceRestart: boolean }) {
    this.offers.push({ iceRestart: options.iceRestart })
    return Promise.resolve({ type: 'offer', sdp: 'v=0\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n' })
  }
  setLocalDescription(): Promise<void> {
    this.signalingState = 'have-local-offer'
    this.transceivers.forEach((one, n) => (one.mid = String(n)))
    return Promise.resolve()
  }
  setRemoteDescription(answer: { sdp: string }): Promise<void> {
    this.signalingState = 'stable'
    this.answer = answer.sdp
    for (const one of this.transceivers) {
      if (one.init.direction === 'recvonly') this.ontrack?.({ transceiver: one, track: one.receiver.track })
    }
    return Promise.resolve()
  }
  getStats() {
    return Promise.resolve(new Map())
  }
  close(): void {
    this.connectionState = 'closed'
  }
  becomes(state: string): void {
    this.connectionState = state
    this.onconnectionstatechange?.()
  }
}

export class FakeTransceiver {
  mid: string | null = null
  codecs: { mimeType: string; sdpFmtpLine?: string }[] = []
  readonly sender = {
    track: null as FakeTrack | null,
    replaceTrack(track: FakeTrack | null) {
      this.track = track
      return Promise.resolve()
    },
  }
  readonly receiver: { track: FakeTrack; getSynchronizationSources(): unknown[] }
  constructor(
    readonly kind: 'audio' | 'video',
    readonly init: RTCRtpTransceiverInit,
  ) {
    this.receiver = { track: new FakeTrack(kind), getSynchronizationSources: () => [] }
  }
  setCodecPreferences(codecs: { mimeType: string }[]): void {
    this.codecs = codecs
  }
}

/** A segment of the plain stream as the server writes it: the box that proves, then boxes of its own. */
export function segment(number: number, proof = 'a1b2c3d4e5f60718', more = 64): ArrayBuffer {
  const bytes = new Uint8Array(36 + more)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 36)
  bytes.set(new TextEncoder().encode('uuidLectern-fetched!'), 4)
  view.setUint32(24, number)
  bytes.set(Array.from(proof.matchAll(/../g), ([hex]) => parseInt(hex, 16)), 28)
  return bytes.buffer
}

/** What Chromium offers for H.264 and VP8, among others. */
export const CHROMIUM_CODECS = [
  { mimeType: 'video/VP8' },
  { mimeType: 'video/rtx' },
  { mimeType: 'video/H264', sdpFmtpLine: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f' },
  { mimeType: 'video/H264', sdpFmtpLine: 'level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f' },
  { mimeType: 'video/H264', sdpFmtpLine: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f' },
  { mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=0' },
  { mimeType: 'video/red' },
  { mimeType: 'video/ulpfec' },
].map((one) => ({ clockRate: 90_000, ...one }))

export function fakeMediaDevices(refuse: { audio?: string; video?: string } = {}) {
  return {
    addEventListener() {},
    removeEventListener() {},
    enumerateDevices: () =>
      Promise.resolve([
        { kind: 'audioinput', deviceId: 'device-audio', label: '内置麦克风' },
        { kind: 'videoinput', deviceId: 'device-video', label: '内置摄像头' },
      ]),
    getUserMedia(constraints: MediaStreamConstraints) {
      const kind = constraints.audio ? 'audio' : 'video'
      const name = refuse[kind]
      if (name) return Promise.reject(new DOMException('', name))
      const track = new FakeTrack(kind)
      return Promise.resolve({ getAudioTracks: () => (kind === 'audio' ? [track] : []), getVideoTracks: () => (kind === 'video' ? [track] : []) })
    },
    getDisplayMedia() {
      const video = new FakeTrack('video')
      return Promise.resolve({ getVideoTracks: () => [video], getAudioTracks: () => [new FakeTrack('audio')] })
    },
  } as unknown as MediaDevices
}
