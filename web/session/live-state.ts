/** What a page shows of being in one Session: line, media, own devices, notices. */
import { reactive } from '@vue/reactivity'
import type { LineMode, SlotWish, Source } from '@/protocol/signaling'
import type { DeviceTrouble } from './devices'
import type { LineSample } from './line-sample'
import type { MediaReading } from './media-stats'
import type { LineState } from './signaling-client'

export type OwnStatus = 'off' | 'starting' | 'on' | 'muted'
export type NoticeKind = 'admitted' | 'dismissed' | 'muted_by_host' | 'screen_ended' | 'microphone_lost' | 'camera_lost' | 'rejoined' | 'cannot_speak'

/** Why somebody watches the plain HLS stream: the browser has no WebRTC that suits, its places are taken, it never opened, or it broke. */
export type CrowdCause = 'unsupported' | 'full' | 'blocked' | 'lost'

/** The plain HLS stream of the Session: seconds late, and got by ordinary requests. */
export interface Crowd {
  url: string
  /** Rises when it is to be opened anew; another address alone is only another way to the same stream. */
  stream: number
  cause: CrowdCause
}

export interface LiveState {
  line: LineState
  /** `blocked`: the picture's path does not open although the line stands, as behind a firewall that lets no UDP through. */
  media: 'idle' | 'connecting' | 'connected' | 'unstable' | 'blocked'
  /** The server's sentence when it cannot use our offer. */
  mediaTrouble: string
  /** Set while the plain stream is watched; `media` is idle then, but for a try of something better. */
  crowd: Crowd | null
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

export function newLiveState(mode: LineMode): LiveState {
  return reactive({
    line: { at: 'connecting', attempt: 1, why: null },
    media: 'idle',
    mediaTrouble: '',
    crowd: null,
    mode,
    sample: null,
    reading: null,
    own: { microphone: 'off', camera: 'off', screen: 'off', screen_audio: 'off' },
    screenTrouble: null,
    slotTracks: new Map(),
    screenTrack: null,
    wishes: [],
    notice: null,
  })
}

export function notify(state: LiveState, kind: NoticeKind): void {
  state.notice = { kind, seq: (state.notice?.seq ?? 0) + 1 }
}
