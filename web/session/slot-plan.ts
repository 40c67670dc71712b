/** What is on screen decides what is asked for: which slot shows whom, and how large a layer is worth sending. */
import type { LayerName, ParticipantId, SlotTarget, SlotWish } from '@/protocol/signaling'

/** One picture on the page. The most important comes first: when slots run out, the last ones wait. */
export interface Shown {
  participant: ParticipantId
  source: 'camera' | 'screen'
  /** In pixels of the device; `null` before it was measured. */
  width: number | null
}

/** A picture may be stretched a little before the next layer is worth its bits: 320, 640 and 1280 wide. */
const CAMERA_LOW_UP_TO = 340
const CAMERA_MID_UP_TO = 800
/** A shared screen is there to be read; only as a thumbnail is its small layer enough. */
const SCREEN_LOW_UP_TO = 640

/** `before`: whoever is in a slot stays there, so that no picture jumps. */
export function planSlots(mids: readonly string[], shown: readonly Shown[], before: readonly SlotWish[]): SlotWish[] {
  const wanted = shown.filter((one, n) => shown.findIndex((other) => same(one, other)) === n).slice(0, mids.length)
  const placed = new Map<string, Shown>()
  const rest: Shown[] = []
  for (const one of wanted) {
    const kept = before.find((wish) => wish.show && same(wish.show, one) && mids.includes(wish.mid) && !placed.has(wish.mid))
    if (kept) placed.set(kept.mid, one)
    else rest.push(one)
  }
  for (const one of rest) {
    const free = mids.find((mid) => !placed.has(mid))
    if (free !== undefined) placed.set(free, one)
  }
  return mids.flatMap((mid) => {
    const one = placed.get(mid)
    return one ? [{ mid, show: { participant: one.participant, source: one.source }, max_layer: layerFor(one) }] : []
  })
}

function layerFor({ source, width }: Shown): LayerName {
  if (source === 'screen') return width !== null && width <= SCREEN_LOW_UP_TO ? 'low' : 'high'
  if (width === null) return 'mid'
  if (width <= CAMERA_LOW_UP_TO) return 'low'
  return width <= CAMERA_MID_UP_TO ? 'mid' : 'high'
}

const same = (a: SlotTarget, b: SlotTarget) => a.participant === b.participant && a.source === b.source

export function sameWishes(a: readonly SlotWish[], b: readonly SlotWish[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
