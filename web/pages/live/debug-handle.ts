/** `window.__lectern`: the room as it is, for browser tests and for whoever helps a teacher on the phone. Reads, never acts. */
import type { LiveRoom } from '@/session/live-room'

export interface LecternHandle {
  /** `open`, `reconnecting`, … */
  line(): string
  media(): string
  you(): number
  /** How far the server stepped down, what it believes the line carries, and what the person asked for. */
  step(): string
  estimateKbps(): number | null
  mode(): string
  /** `udp` or `tcp`, once media flows; `hls` while the plain stream is watched. */
  transport(): string | null
  /** Why the plain stream is watched, and where it is got. */
  crowd(): { cause: string; url: string } | null
  /** What was asked of the server last. */
  wishes(): unknown[]
  speakers(): number[]
  /** Per slot: what it shows, what the server sends and what was decoded. */
  slots(): SlotReport[]
  /** Per layer that leaves this device. */
  sent(): unknown[]
  /** The last reading of everything, at most two seconds old. */
  reading(): unknown
}

interface SlotReport {
  mid: string
  kind: 'audio' | 'video'
  participant: number | null
  source: string | null
  layer: string | null
  paused: boolean
  framesDecoded: number
  frameWidth: number
  frameHeight: number
  freezeCount: number
  totalFreezesDuration: number
  packetsReceived: number
  packetsLost: number
  totalAudioEnergy: number
  concealedSamples: number
}

declare global {
  interface Window {
    __lectern?: LecternHandle
  }
}

export function expose(live: LiveRoom): () => void {
  const handle: LecternHandle = {
    line: () => live.state.line.at,
    media: () => live.state.media,
    you: () => live.room.state.you,
    step: () => live.room.state.step,
    estimateKbps: () => live.room.state.estimateKbps,
    mode: () => live.state.mode,
    transport: () => (live.state.crowd ? 'hls' : (live.state.reading?.transport ?? null)),
    crowd: () => (live.state.crowd ? { cause: live.state.crowd.cause, url: live.state.crowd.url } : null),
    wishes: () => live.state.wishes.map((one) => ({ ...one })),
    speakers: () => Array.from(live.room.state.speakers),
    slots: () =>
      (live.state.reading?.slots ?? []).map((slot) => {
        const shown = live.room.slot(slot.mid)
        return {
          mid: slot.mid,
          kind: slot.kind,
          participant: shown?.participant ?? null,
          source: shown?.source ?? null,
          layer: shown?.layer ?? null,
          paused: shown?.paused ?? false,
          framesDecoded: slot.framesDecoded,
          frameWidth: slot.frameWidth,
          frameHeight: slot.frameHeight,
          freezeCount: slot.freezeCount,
          totalFreezesDuration: slot.totalFreezesDuration,
          packetsReceived: slot.packetsReceived,
          packetsLost: slot.packetsLost,
          totalAudioEnergy: slot.totalAudioEnergy,
          concealedSamples: slot.concealedSamples,
        }
      }),
    sent: () => live.state.reading?.sent.map((one) => ({ ...one })) ?? [],
    reading: () => live.state.reading,
  }
  window.__lectern = handle
  return () => {
    if (window.__lectern === handle) delete window.__lectern
  }
}
