/** Who is shown in which slot, and how large: decided here, from what is published, who is who, and what the line bears. */
import type { LayerName, ParticipantId, ParticipantView, PublicationView, SlotTarget, SlotWish, Source } from '@/protocol/signaling'
import { layerOf } from './line-quality'
import type { Step } from './line-quality'

/** What the person chose under 画质; `auto` leaves it to the line. */
export type QualityChoice = 'auto' | 'high' | 'mid' | 'low' | 'slides' | 'audio'

export interface SlotPlanInput {
  /** The receiving video m-lines, in order. */
  mids: readonly string[]
  publications: Iterable<PublicationView>
  participants: ReadonlyMap<ParticipantId, ParticipantView>
  you: ParticipantId
  choice: QualityChoice
  step: Step
  /** The plan before this one: whoever is in a slot stays there, so that no picture jumps. */
  before: readonly SlotWish[]
  /** A small screen never gains from the largest layer of a camera beside the slides. */
  small: boolean
}

const ORDER: LayerName[] = ['low', 'mid', 'high']

export function planSlots(input: SlotPlanInput): SlotWish[] {
  const limit: Step = input.choice === 'auto' ? input.step : input.choice
  if (limit === 'audio') return []
  const videos = Array.from(input.publications).filter(
    (one) => one.participant !== input.you && !one.muted && (one.source === 'screen' || one.source === 'camera'),
  )
  const screen = newest(videos.filter((one) => one.source === 'screen'))
  const cameras = limit === 'slides' ? [] : rankCameras(videos.filter((one) => one.source === 'camera'), input.participants)
  const wanted = [...(screen ? [screen] : []), ...cameras].slice(0, input.mids.length).map(targetOf)
  return place(wanted, input).map(({ mid, show }) => ({ mid, show, max_layer: layerFor(show, wanted, limit, input) }))
}

/** A person who turned the camera off for a moment (muted) keeps no slot; they show as a name. */
function rankCameras(cameras: PublicationView[], participants: ReadonlyMap<ParticipantId, ParticipantView>): PublicationView[] {
  const rank = (one: PublicationView) => {
    const role = participants.get(one.participant)?.role
    return role === 'host' ? 0 : role === 'presenter' ? 1 : 2
  }
  return cameras.sort((a, b) => rank(a) - rank(b) || a.id - b.id)
}

function newest(publications: PublicationView[]): PublicationView | undefined {
  return publications.sort((a, b) => b.id - a.id)[0]
}

function place(wanted: SlotTarget[], input: SlotPlanInput): { mid: string; show: SlotTarget }[] {
  const placed = new Map<string, SlotTarget>()
  const rest: SlotTarget[] = []
  for (const target of wanted) {
    const kept = input.before.find((wish) => wish.show && same(wish.show, target) && input.mids.includes(wish.mid) && !placed.has(wish.mid))
    if (kept) placed.set(kept.mid, target)
    else rest.push(target)
  }
  for (const target of rest) {
    const free = input.mids.find((mid) => !placed.has(mid))
    if (free !== undefined) placed.set(free, target)
  }
  return input.mids.flatMap((mid) => {
    const show = placed.get(mid)
    return show ? [{ mid, show }] : []
  })
}

function layerFor(show: SlotTarget, wanted: SlotTarget[], limit: Step, input: SlotPlanInput): LayerName {
  // The screen has one layer; it is what people came to read.
  if (show.source === 'screen') return 'high'
  const withScreen = wanted.some((one) => one.source === 'screen')
  const cameras = wanted.filter((one) => one.source === 'camera').length
  let fits: LayerName = 'high'
  if (withScreen || cameras > 1) fits = 'mid'
  if (cameras > 4 || (withScreen && input.small && cameras > 1)) fits = 'low'
  if (input.choice === 'high' && cameras <= 4) fits = 'high'
  const allowed = layerOf(limit) ?? 'low'
  return ORDER[Math.min(ORDER.indexOf(fits), ORDER.indexOf(allowed))] ?? 'low'
}

const targetOf = (one: PublicationView): SlotTarget => ({ participant: one.participant, source: one.source })
export const same = (a: SlotTarget, b: SlotTarget) => a.participant === b.participant && a.source === b.source

export function sameWishes(a: readonly SlotWish[], b: readonly SlotWish[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

export const isVideo = (source: Source) => source === 'camera' || source === 'screen'
