/** What the page shows where: the stage, the camera beside it, one page of the others. Pure, from what is published and what flows. */
import type { LayerName, ParticipantId, ParticipantView, PublicationView, SlotTarget, SlotView } from '@/protocol/signaling'
import type { Shown } from '@/session/slot-plan'

export interface VideoView {
  /** Stable for as long as this picture is shown, whichever slot brings it. */
  key: string
  participant: ParticipantId
  source: 'camera' | 'screen'
  own: boolean
  /** False for somebody who is only heard. */
  picture: boolean
  track: MediaStreamTrack | null
  /** `null` before the first key frame. */
  layer: LayerName | null
  /** The line or the person's own choice holds it back. */
  paused: boolean
}

export interface Views {
  stage: VideoView | null
  beside: VideoView | null
  tiles: VideoView[]
  /** Counts from 0. */
  page: number
  pages: number
  /** The rest of the people, on the other pages. */
  elsewhere: ParticipantId[]
}

export interface ViewsInput {
  you: ParticipantId
  publications: Iterable<PublicationView>
  participants: ReadonlyMap<ParticipantId, ParticipantView>
  slots: readonly SlotView[]
  slotTracks: ReadonlyMap<string, { kind: 'audio' | 'video'; track: MediaStreamTrack }>
  ownScreen: MediaStreamTrack | null
  ownCamera: MediaStreamTrack | null
  /** People confer: without slides they all stand in one grid, nobody larger than the others. */
  gallery?: boolean
  /** The first camera stands beside the slides, on every page of the others. */
  beside?: boolean
  /** Whom this person wants large. */
  pinned?: SlotTarget | null
  /** Whom the host wants large for everybody. */
  spotlight?: ParticipantId | null
  page?: number
  perPage?: number
}

export function arrange(input: ViewsInput): Views {
  const { screen, cameras } = everything(input)
  const stage = stageOf(input, screen, cameras)
  const rest = [...(screen ? [screen] : []), ...cameras].filter((one) => one !== stage)
  const beside = input.beside && stage?.source === 'screen' ? (rest.shift() ?? null) : null
  const perPage = Math.max(1, input.perPage ?? rest.length)
  const pages = Math.max(1, Math.ceil(rest.length / perPage))
  const page = Math.min(Math.max(0, input.page ?? 0), pages - 1)
  const tiles = rest.slice(page * perPage, (page + 1) * perPage)
  return { stage, beside, tiles, page, pages, elsewhere: rest.filter((one) => !tiles.includes(one)).map((one) => one.participant) }
}

/** What must be asked of the server for this, the most important first. */
export function asked(views: Views, widths: ReadonlyMap<string, number>): Shown[] {
  return [views.stage, views.beside, ...views.tiles].flatMap((one) =>
    one && one.picture && !one.own ? [{ participant: one.participant, source: one.source, width: widths.get(one.key) ?? null }] : [],
  )
}

/** What really comes of the large picture: its height, or that it is held back; `null` while there is nothing to tell. */
export function flowing(stage: VideoView | null, height: number): number | 'held' | null {
  if (!stage || stage.own) return null
  if (stage.paused) return 'held'
  return stage.layer !== null && height > 0 ? height : null
}

/** What I pinned, then slides, then whom the host shows, then the teacher; where people confer, nobody. */
function stageOf(input: ViewsInput, screen: VideoView | null, cameras: VideoView[]): VideoView | null {
  const { pinned } = input
  const mine = pinned ? [screen, ...cameras].find((one) => one?.picture && one.participant === pinned.participant && one.source === pinned.source) : null
  if (mine) return mine
  if (screen) return screen
  const shown = cameras.find((one) => one.picture && one.participant === input.spotlight)
  if (shown) return shown
  return input.gallery ? null : (cameras.find((one) => one.picture) ?? null)
}

function everything(input: ViewsInput): { screen: VideoView | null; cameras: VideoView[] } {
  const all = Array.from(input.publications)
  const others = all.filter((one) => one.participant !== input.you && !one.muted).sort((a, b) => a.id - b.id)
  const newest = others.filter((one) => one.source === 'screen').pop()
  const ownScreen = input.ownScreen ? ownView(input, 'screen', input.ownScreen) : null
  const seen = others.filter((one) => one.source === 'camera').map((one) => remoteView(input, one.participant, 'camera'))
  const own = input.ownCamera ? ownView(input, 'camera', input.ownCamera) : null
  const withOwn = own ? (ownScreen ? [own, ...seen] : [...seen, own]) : seen
  const voices = input.gallery ? onlyHeard(input, all, withOwn) : []
  return {
    screen: ownScreen ?? (newest ? remoteView(input, newest.participant, 'screen') : null),
    // The sort is stable: among equals the earlier camera keeps its place.
    cameras: [...withOwn.sort((a, b) => rank(a, input) - rank(b, input)), ...voices],
  }
}

/** Where people confer, whoever speaks without a camera has a place too. It costs no slot. */
function onlyHeard(input: ViewsInput, all: PublicationView[], seen: VideoView[]): VideoView[] {
  const voices = all.filter((one) => one.source === 'microphone' && !seen.some((view) => view.participant === one.participant))
  return voices.map(({ participant }) => ({ key: `${participant}:voice`, participant, source: 'camera', own: participant === input.you, picture: false, track: null, layer: null, paused: false }))
}

function remoteView(input: ViewsInput, participant: ParticipantId, source: 'camera' | 'screen'): VideoView {
  const slot = input.slots.find((one) => one.participant === participant && one.source === source)
  const flow = slot ? input.slotTracks.get(slot.mid) : undefined
  return {
    key: `${participant}:${source}`,
    participant,
    source,
    own: false,
    picture: true,
    track: flow?.kind === 'video' ? flow.track : null,
    layer: slot?.layer ?? null,
    paused: slot?.paused ?? false,
  }
}

const ownView = (input: ViewsInput, source: 'camera' | 'screen', track: MediaStreamTrack): VideoView => ({
  key: `own:${source}:${track.id}`,
  participant: input.you,
  source,
  own: true,
  picture: true,
  track,
  layer: 'high',
  paused: false,
})

/** Whom the host shows comes first, so that they are on the first page of everybody. */
function rank(view: VideoView, input: ViewsInput): number {
  if (view.participant === input.spotlight) return 0
  // One's own picture stands where it was put: among equals, not before the teacher.
  const role = view.own && !input.gallery ? 'viewer' : input.participants.get(view.participant)?.role
  return role === 'host' ? 1 : role === 'presenter' ? 2 : 3
}
