/** What of a Recording is shown: from where, to where, and which parts between are hidden. */
import { covered, united, type Span } from './replay-spans'

export interface Cuts {
  from_ms: number | null
  to_ms: number | null
  hidden: Span[]
}

/** Less than this is not worth publishing. */
export const SHORTEST_MS = 10_000

export type CutsTrouble = 'end_before_start' | 'outside' | 'too_short'

/** The length that people will see. */
export function shownLength(cuts: Cuts, duration: number): number {
  const [from, to] = bounds(cuts, duration)
  return Math.max(0, to - from - covered(cuts.hidden, from, to))
}

/** Hidden parts inside what is shown, joined; ends that cut nothing are none. */
export function settledCuts(cuts: Cuts, duration: number): Cuts {
  const [from, to] = bounds(cuts, duration)
  const hidden = united(cuts.hidden.map((one) => ({ from_ms: Math.max(one.from_ms, from), to_ms: Math.min(one.to_ms, to) })))
  return { from_ms: from > 0 ? from : null, to_ms: to < duration ? to : null, hidden }
}

export function cutsTrouble(cuts: Cuts, duration: number): CutsTrouble | null {
  const [from, to] = bounds(cuts, duration)
  if (to <= from || cuts.hidden.some((one) => one.to_ms <= one.from_ms)) return 'end_before_start'
  if (from < 0 || to > duration || cuts.hidden.some((one) => one.from_ms < 0 || one.to_ms > duration)) return 'outside'
  return shownLength(cuts, duration) < Math.min(SHORTEST_MS, duration) ? 'too_short' : null
}

/** Ends and hidden parts out of the one list that is kept: what is hidden at either end is cut off. */
export function cutsOf(hidden: readonly Span[], duration: number): Cuts {
  const all = united(hidden)
  const cuts: Cuts = { from_ms: null, to_ms: null, hidden: [] }
  for (const one of all) {
    if (one.from_ms <= 0) cuts.from_ms = one.to_ms
    else if (one.to_ms >= duration) cuts.to_ms = one.from_ms
    else cuts.hidden.push(one)
  }
  return cuts
}

/** `25:40`, `1:02:03`, or bare minutes `25`; null when it is none of them. */
export function timeOf(text: string): number | null {
  const found = /^(?:(?:(\d{1,2})[:：])?(\d{1,2})[:：])?(\d{1,3})$/.exec(text.trim())
  if (!found) return null
  const [, hours, minutes, rest] = found
  if (minutes === undefined) return Number(rest) * 60_000
  if (Number(rest) > 59 || (hours !== undefined && Number(minutes) > 59)) return null
  return (Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(rest)) * 1000
}

function bounds(cuts: Cuts, duration: number): [number, number] {
  return [cuts.from_ms ?? 0, cuts.to_ms ?? duration]
}
