/**
 * One RTCPeerConnection to the server. We always offer. Everything that might ever be sent is in the first offer as an empty
 * sending m-line, and everything that might ever be received is a slot, so going on air, stepping down and a colleague's
 * coming and going change no session description.
 */
import type { Source } from '@/protocol/signaling'
import { askForOpusRepair, tuneOpus, videoCodecs } from './codecs'
import { lookAtPath, readStats } from './media-stats'
import type { MediaReading, PathLook } from './media-stats'

export type MediaState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed'

export interface MediaOptions {
  /** Receiving m-lines for pictures. */
  videoSlots: number
  /** Sends the offer and resolves with the server's answer. `continues`: it is of a Peer that was answered before. */
  exchange(offer: string, continues: boolean): Promise<string>
  onState(state: MediaState): void
  /** What a slot plays; the same track for the life of the connection, whoever is shown. */
  onSlotTrack(mid: string, kind: 'audio' | 'video', track: MediaStreamTrack): void
  createPeer?(config: RTCConfiguration): RTCPeerConnection
  capabilities?(kind: 'send' | 'receive'): RTCRtpCodec[]
}

/** Three voices at once: more are noise, and a fourth rarely speaks. The server fills these slots with the loudest. */
export const AUDIO_SLOTS = 3
export const SOURCES: readonly Source[] = ['microphone', 'camera', 'screen', 'screen_audio']

/** Quarter, half, full; rid order is the order of the layers. Bitrates fit 1280×720 at 25 frames. */
const CAMERA_ENCODINGS: RTCRtpEncodingParameters[] = [
  { rid: 'l', scaleResolutionDownBy: 4, maxBitrate: 140_000 },
  { rid: 'm', scaleResolutionDownBy: 2, maxBitrate: 450_000 },
  { rid: 'h', scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
]
/**
 * Text at 1080p and 15 frames stays sharp, and film clips in a lesson stay watchable. For weak lines and thumbnails there
 * is two thirds of the size at 5 frames: slides can still be read, at a seventh of the bits.
 */
const SCREEN_ENCODINGS: RTCRtpEncodingParameters[] = [
  { rid: 'l', scaleResolutionDownBy: 1.5, maxBitrate: 350_000, maxFramerate: 5 },
  { rid: 'h', scaleResolutionDownBy: 1, maxBitrate: 2_500_000, maxFramerate: 15 },
]
/** A voice first of all: the browser gives it its bits before any picture. */
const MICROPHONE_ENCODINGS: RTCRtpEncodingParameters[] = [{ maxBitrate: 32_000, priority: 'high', networkPriority: 'high' }]
const SCREEN_AUDIO_ENCODINGS: RTCRtpEncodingParameters[] = [{ maxBitrate: 64_000 }]
const ENCODINGS: Record<Source, RTCRtpEncodingParameters[]> = {
  microphone: MICROPHONE_ENCODINGS,
  camera: CAMERA_ENCODINGS,
  screen: SCREEN_ENCODINGS,
  screen_audio: SCREEN_AUDIO_ENCODINGS,
}

export class MediaClient {
  private peer: RTCPeerConnection | null = null
  private senders = new Map<Source, RTCRtpTransceiver>()
  private slots: { kind: 'audio' | 'video'; transceiver: RTCRtpTransceiver }[] = []
  private readonly tracks = new Map<Source, MediaStreamTrack>()
  private negotiating: Promise<void> = Promise.resolve()
  private closed = false

  constructor(private readonly options: MediaOptions) {}

  /** Some browsers, and some apps that show pages, have no WebRTC at all. */
  get isPossible(): boolean {
    return this.options.createPeer !== undefined || typeof RTCPeerConnection !== 'undefined'
  }

  /** Opens a connection, or a new one after the old one is gone; what was being sent is sent on. */
  connect(): Promise<void> {
    this.dropPeer()
    const peer = this.options.createPeer?.(PEER_CONFIG) ?? new RTCPeerConnection(PEER_CONFIG)
    this.peer = peer
    this.addSenders(peer)
    this.addSlots(peer)
    peer.onconnectionstatechange = () => {
      if (peer === this.peer) this.options.onState(peer.connectionState as MediaState)
    }
    peer.ontrack = (event) => {
      const mid = event.transceiver.mid
      if (peer === this.peer && mid !== null) {
        this.options.onSlotTrack(mid, event.track.kind as 'audio' | 'video', event.track)
      }
    }
    this.options.onState('connecting')
    return this.negotiate(false)
  }

  /** A new path for the same connection, after the network changed (RFC 8445 §9). */
  restartIce(): Promise<void> {
    return this.negotiate(true)
  }

  /** `null` stops sending. No renegotiation either way. */
  async setTrack(source: Source, track: MediaStreamTrack | null): Promise<void> {
    if (track) this.tracks.set(source, track)
    else this.tracks.delete(source)
    await this.senders.get(source)?.sender.replaceTrack(track)
  }

  /** The m-line that a source is sent on; `null` before the first answer. */
  midOf(source: Source): string | null {
    return this.senders.get(source)?.mid ?? null
  }

  videoSlotMids(): string[] {
    return this.slots.flatMap(({ kind, transceiver }) => (kind === 'video' && transceiver.mid !== null ? [transceiver.mid] : []))
  }

  async read(): Promise<MediaReading | null> {
    const peer = this.peer
    if (!peer || peer.connectionState === 'closed') return null
    const names = { sources: new Map<string, Source>(), midOfTrack: new Map<string, string>() }
    for (const [source, { mid, sender }] of this.senders) {
      if (mid === null) continue
      names.sources.set(mid, source)
      if (sender.track) names.midOfTrack.set(sender.track.id, mid)
    }
    for (const { transceiver } of this.slots) {
      if (transceiver.mid !== null) names.midOfTrack.set(transceiver.receiver.track.id, transceiver.mid)
    }
    return readStats(await peer.getStats(), names)
  }

  async lookAtPath(): Promise<PathLook | null> {
    const peer = this.peer
    return peer?.connectionState === 'connected' ? lookAtPath(await peer.getStats()) : null
  }

  /** There is a connection that could go on. */
  get isOpen(): boolean {
    return this.peer !== null && this.peer.connectionState !== 'closed'
  }

  get isConnected(): boolean {
    return this.peer?.connectionState === 'connected'
  }

  /** Without one until the next `connect`. */
  disconnect(): void {
    this.dropPeer()
  }

  close(): void {
    this.closed = true
    this.tracks.clear()
    this.dropPeer()
  }

  private addSenders(peer: RTCPeerConnection): void {
    const preferred = videoCodecs(this.capabilities('send'))
    this.senders = new Map()
    for (const source of SOURCES) {
      const audio = source === 'microphone' || source === 'screen_audio'
      // Copies: browsers fill in the objects they are given, and these are used again for the next connection.
      const sendEncodings = ENCODINGS[source].map((one) => ({ ...one }))
      const transceiver = peer.addTransceiver(audio ? 'audio' : 'video', { direction: 'sendonly', sendEncodings })
      if (!audio) prefer(transceiver, preferred)
      this.senders.set(source, transceiver)
      const track = this.tracks.get(source)
      if (track) void transceiver.sender.replaceTrack(track)
    }
  }

  private addSlots(peer: RTCPeerConnection): void {
    const preferred = videoCodecs(this.capabilities('receive'))
    this.slots = []
    for (let n = 0; n < AUDIO_SLOTS; n += 1) {
      this.slots.push({ kind: 'audio', transceiver: peer.addTransceiver('audio', { direction: 'recvonly' }) })
    }
    for (let n = 0; n < this.options.videoSlots; n += 1) {
      const transceiver = peer.addTransceiver('video', { direction: 'recvonly' })
      prefer(transceiver, preferred)
      this.slots.push({ kind: 'video', transceiver })
    }
  }

  private capabilities(kind: 'send' | 'receive'): RTCRtpCodec[] {
    if (this.options.capabilities) return this.options.capabilities(kind)
    const of = kind === 'send' ? RTCRtpSender : RTCRtpReceiver
    return of.getCapabilities?.('video')?.codecs ?? []
  }

  /** One at a time: an offer made while another is unanswered would undo it. */
  private negotiate(iceRestart: boolean): Promise<void> {
    const peer = this.peer
    const run = async () => {
      if (!peer || peer !== this.peer || this.closed) return
      const offer = await peer.createOffer({ iceRestart })
      const sdp = askForOpusRepair(tuneOpus(offer.sdp ?? ''))
      await peer.setLocalDescription({ type: 'offer', sdp })
      // The server is ICE-lite with public candidates and learns ours from our checks: nothing is gained by gathering first.
      let answer: string
      try {
        answer = await this.options.exchange(sdp, iceRestart)
      } catch (error) {
        if (peer === this.peer && peer.signalingState === 'have-local-offer') {
          await peer.setLocalDescription({ type: 'rollback' }).catch(() => undefined)
        }
        throw error
      }
      if (peer !== this.peer || this.closed) return
      await peer.setRemoteDescription({ type: 'answer', sdp: answer })
    }
    const turn = this.negotiating.then(run, run)
    this.negotiating = turn.catch(() => undefined)
    return turn
  }

  private dropPeer(): void {
    const peer = this.peer
    this.peer = null
    this.senders = new Map()
    this.slots = []
    if (!peer) return
    peer.onconnectionstatechange = null
    peer.ontrack = null
    peer.close()
  }
}

/** The server answers on one address; there is no peer to find through others. */
const PEER_CONFIG: RTCConfiguration = { bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require', iceServers: [] }

function prefer(transceiver: RTCRtpTransceiver, codecs: RTCRtpCodec[]): void {
  if (codecs.length === 0) return
  try {
    transceiver.setCodecPreferences?.(codecs)
  } catch {
    // A browser that refuses our order still offers H.264 or VP8 somewhere in its own, and the server picks.
  }
}
