/** What the page shows where: the stage, the camera beside it, the strip of the others. Pure, from what is known and what flows. */
import type { LayerName, ParticipantId, ParticipantView, SlotView } from '@/protocol/signaling'

export interface VideoView {
  /** Stable while one picture is shown. */
  key: string
  participant: ParticipantId
  source: 'camera' | 'screen'
  own: boolean
  track: MediaStreamTrack | null
  /** `null` before the first key frame. */
  layer: LayerName | null
  mid: string | null
}

export interface Views {
  stage: VideoView | null
  tiles: VideoView[]
}

export interface ViewsInput {
  you: ParticipantId
  slots: readonly SlotView[]
  slotTracks: ReadonlyMap<string, { kind: 'audio' | 'video'; track: MediaStreamTrack }>
  participants: ReadonlyMap<ParticipantId, ParticipantView>
  ownScreen: MediaStreamTrack | null
  ownCamera: MediaStreamTrack | null
  /** People confer: without slides they all stand in one grid, nobody larger than the others. */
  gallery?: boolean
}

export function arrange(input: ViewsInput): Views {
  const remote = input.slots.flatMap((slot) => viewOf(slot, input))
  const screens = remote.filter((one) => one.source === 'screen')
  const cameras = remote
    .filter((one) => one.source === 'camera')
    .sort((a, b) => rank(a, input) - rank(b, input) || (a.mid ?? '').localeCompare(b.mid ?? '', 'en', { numeric: true }))
  const own = ownViews(input)
  const ownScreen = own.find((one) => one.source === 'screen')
  const ownCamera = own.find((one) => one.source === 'camera')
  // Slides take the room: mine when I share, else the others'. Without slides the teacher does.
  const screen = ownScreen ?? screens[0]
  const others = ownCamera ? [...cameras, ownCamera] : cameras
  if (screen) return { stage: screen, tiles: ownCamera && ownScreen ? [ownCamera, ...cameras] : others }
  if (input.gallery) return { stage: null, tiles: others }
  const main = others[0] ?? null
  return { stage: main, tiles: others.slice(1) }
}

function viewOf(slot: SlotView, input: ViewsInput): VideoView[] {
  const flow = input.slotTracks.get(slot.mid)
  if (slot.participant === null || slot.publication === null || (slot.source !== 'camera' && slot.source !== 'screen')) return []
  return [
    {
      key: `${slot.mid}:${slot.publication}`,
      participant: slot.participant,
      source: slot.source,
      own: false,
      track: flow?.kind === 'video' ? flow.track : null,
      layer: slot.layer,
      mid: slot.mid,
    },
  ]
}

function ownViews(input: ViewsInput): VideoView[] {
  const of = (source: 'camera' | 'screen', track: MediaStreamTrack | null): VideoView[] =>
    track ? [{ key: `own:${source}:${track.id}`, participant: input.you, source, own: true, track, layer: 'high', mid: null }] : []
  return [...of('screen', input.ownScreen), ...of('camera', input.ownCamera)]
}

function rank(view: VideoView, input: ViewsInput): number {
  const role = input.participants.get(view.participant)?.role
  return role === 'host' ? 0 : role === 'presenter' ? 1 : 2
}
