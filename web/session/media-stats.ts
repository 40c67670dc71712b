/** What `getStats` says, as the few numbers that the room needs: per slot, per sent layer, and for the path. */
import type { LayerName, Source } from '@/protocol/signaling'

export interface SlotReading {
  mid: string
  kind: 'audio' | 'video'
  packetsReceived: number
  packetsLost: number
  bytesReceived: number
  jitter: number
  /** Video only; 0 for audio. */
  framesDecoded: number
  framesDropped: number
  frameWidth: number
  frameHeight: number
  freezeCount: number
  totalFreezesDuration: number
  nackCount: number
  pliCount: number
  /** Audio only; 0 for video. */
  totalAudioEnergy: number
  audioLevel: number
  concealedSamples: number
  /** Of those, what was made up for a pause rather than for a loss. */
  silentConcealedSamples: number
  totalSamplesReceived: number
}

export interface SentReading {
  source: Source
  /** Simulcast layer; `null` without simulcast. */
  layer: LayerName | null
  active: boolean
  bytesSent: number
  packetsSent: number
  framesEncoded: number
  frameWidth: number
  frameHeight: number
  framesPerSecond: number
  qualityLimitation: string
  /** Fraction that the server reported lost, 0–1. */
  fractionLost: number
}

export interface MediaReading {
  at: number
  slots: SlotReading[]
  sent: SentReading[]
  /** Round trip in seconds, and what the sender's estimate allows in bit/s; `null` when not known. */
  roundTrip: number | null
  canSend: number | null
  /** What the media travels over. */
  transport: 'udp' | 'tcp' | null
  bytesReceived: number
  bytesSent: number
}

type Entry = Record<string, unknown> & { type: string }
const LAYER_OF_RID: Record<string, LayerName> = { l: 'low', m: 'mid', h: 'high' }

/** Which m-line is which. Browsers before 2022 give no `mid` in their statistics; there the id of the track leads to it. */
export interface MidNames {
  sources: Map<string, Source>
  midOfTrack: Map<string, string>
}

export function readStats(report: { forEach(visit: (entry: Entry) => void): void }, names: MidNames, at = Date.now()): MediaReading {
  const reading: MediaReading = { at, slots: [], sent: [], roundTrip: null, canSend: null, transport: null, bytesReceived: 0, bytesSent: 0 }
  const remote = new Map<string, number>()
  const tracks = new Map<string, string>()
  const protocols = new Map<string, string>()
  let selected: string | null = null
  report.forEach((entry) => {
    if (entry.type === 'transport' && typeof entry.selectedCandidatePairId === 'string') selected = entry.selectedCandidatePairId
    if (entry.type === 'remote-candidate') protocols.set(String(entry.id), String(entry.protocol).toLowerCase())
    if (entry.type === 'remote-inbound-rtp') remote.set(String(entry.localId ?? ''), num(entry.fractionLost))
    if (entry.type === 'track') tracks.set(String(entry.id), String(entry.trackIdentifier))
  })
  const midOf = (entry: Entry): string | null => {
    if (typeof entry.mid === 'string') return entry.mid
    const track = typeof entry.trackIdentifier === 'string' ? entry.trackIdentifier : tracks.get(String(entry.trackId))
    return (track !== undefined && names.midOfTrack.get(track)) || null
  }
  report.forEach((entry) => {
    const mid = midOf(entry)
    if (entry.type === 'inbound-rtp' && mid !== null) reading.slots.push(slotOf(entry, mid))
    if (entry.type === 'outbound-rtp' && mid !== null) {
      const source = names.sources.get(mid)
      if (source) reading.sent.push(sentOf(entry, source, remote.get(String(entry.id)) ?? 0))
    }
    // After a change of path the old pair stays nominated; the transport names the one in use, where the browser says so.
    const inUse = selected === null ? entry.nominated === true && entry.state === 'succeeded' : entry.id === selected
    if (entry.type === 'candidate-pair' && inUse) {
      reading.roundTrip = typeof entry.currentRoundTripTime === 'number' ? entry.currentRoundTripTime : null
      reading.canSend = typeof entry.availableOutgoingBitrate === 'number' ? entry.availableOutgoingBitrate : null
      const protocol = protocols.get(String(entry.remoteCandidateId))
      reading.transport = protocol === 'tcp' || protocol === 'udp' ? protocol : null
      reading.bytesReceived = num(entry.bytesReceived)
      reading.bytesSent = num(entry.bytesSent)
    }
  })
  return reading
}

export interface PathLook {
  /** Everything that ever came by the path in use, answers to checks included. */
  received: number
  /** Our end of it, another one when the server sees us at another address. */
  way: string
}

/** `null` where the browser does not count what comes by a path. */
export function lookAtPath(report: { forEach(visit: (entry: Entry) => void): void }): PathLook | null {
  let selected: string | null = null
  const pairs = new Map<string, Entry>()
  const ends = new Map<string, string>()
  report.forEach((entry) => {
    if (entry.type === 'transport' && typeof entry.selectedCandidatePairId === 'string') selected = entry.selectedCandidatePairId
    if (entry.type === 'candidate-pair' && typeof entry.bytesReceived === 'number') pairs.set(String(entry.id), entry)
    if (entry.type === 'local-candidate') ends.set(String(entry.id), `${String(entry.address ?? '')}:${num(entry.port)}`)
  })
  const pair = selected === null ? undefined : pairs.get(selected)
  if (!pair) return null
  return { received: num(pair.bytesReceived) + num(pair.responsesReceived), way: `${String(pair.localCandidateId)} ${ends.get(String(pair.localCandidateId)) ?? ''}` }
}

function slotOf(entry: Entry, mid: string): SlotReading {
  return {
    mid,
    kind: entry.kind === 'audio' ? 'audio' : 'video',
    packetsReceived: num(entry.packetsReceived),
    packetsLost: num(entry.packetsLost),
    bytesReceived: num(entry.bytesReceived),
    jitter: num(entry.jitter),
    framesDecoded: num(entry.framesDecoded),
    framesDropped: num(entry.framesDropped),
    frameWidth: num(entry.frameWidth),
    frameHeight: num(entry.frameHeight),
    freezeCount: num(entry.freezeCount),
    totalFreezesDuration: num(entry.totalFreezesDuration),
    nackCount: num(entry.nackCount),
    pliCount: num(entry.pliCount),
    totalAudioEnergy: num(entry.totalAudioEnergy),
    audioLevel: num(entry.audioLevel),
    concealedSamples: num(entry.concealedSamples),
    silentConcealedSamples: num(entry.silentConcealedSamples),
    totalSamplesReceived: num(entry.totalSamplesReceived),
  }
}

function sentOf(entry: Entry, source: Source, fractionLost: number): SentReading {
  return {
    source,
    layer: LAYER_OF_RID[String(entry.rid ?? '')] ?? null,
    active: entry.active !== false,
    bytesSent: num(entry.bytesSent),
    packetsSent: num(entry.packetsSent),
    framesEncoded: num(entry.framesEncoded),
    frameWidth: num(entry.frameWidth),
    frameHeight: num(entry.frameHeight),
    framesPerSecond: num(entry.framesPerSecond),
    qualityLimitation: String(entry.qualityLimitationReason ?? 'none'),
    fractionLost,
  }
}

function num(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}
