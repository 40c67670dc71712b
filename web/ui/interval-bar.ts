/** The geometry of the interval bar 时段条: the planned time is the track, time really seen is the fill. Pure. */

import { desk } from '@/locale/zh-CN/desk'
import type { GapKind } from '@/pages/desk/shapes'
import { clock, durationWords, toDate, type Moment } from '@/locale/time-words'

const w = desk.bar

export interface Interval {
  from: Moment
  /** Open while the person is still there. */
  to?: Moment | null | undefined
}

/** Between coming and going. */
export interface Gap {
  kind: GapKind
  from: Moment
  to: Moment
}

export interface Segment {
  /** Per cent of the bar. */
  a: number
  b: number
}

export interface BarGeometry {
  fills: Segment[]
  /** Short interruptions that count as seen, and stretches of which nobody knows; where the person was away the track shows. */
  gaps: (Segment & { look: 'gap' | 'away' })[]
  /** Where the planned time lies on the bar; the bar is longer when somebody came earlier or the lesson ran over. */
  planned: Segment
  /** The two ends of the bar. */
  from: Date
  to: Date
  /** Time seen, devices united, inside the bar. */
  seenMs: number
  plannedMs: number
}

/** Overlapping and touching intervals united: two devices of one person count once. An open one ends at `now`. */
export function unite(intervals: readonly Interval[], now: Moment): { from: number; to: number }[] {
  const nowMs = toDate(now).getTime()
  const sorted = intervals
    .map((i) => ({ from: toDate(i.from).getTime(), to: i.to == null ? nowMs : toDate(i.to).getTime() }))
    .filter((i) => i.to > i.from)
    .sort((x, y) => x.from - y.from)
  const united: { from: number; to: number }[] = []
  for (const next of sorted) {
    const last = united[united.length - 1]
    if (last && next.from <= last.to) last.to = Math.max(last.to, next.to)
    else united.push({ ...next })
  }
  return united
}

export function seenMs(intervals: readonly Interval[], now: Moment): number {
  return unite(intervals, now).reduce((sum, i) => sum + (i.to - i.from), 0)
}

/** A gap that nobody could see on the bar, nor would ask about. */
const SHORTEST_UNKNOWN_MS = 30_000
const unknown = (gap: Gap) => gap.kind !== 'away' && gap.kind !== 'bridged' && toDate(gap.to).getTime() - toDate(gap.from).getTime() >= SHORTEST_UNKNOWN_MS

export function barGeometry(plannedFrom: Moment, plannedTo: Moment, intervals: readonly Interval[], now: Moment, gaps: readonly Gap[] = []): BarGeometry {
  const start = toDate(plannedFrom).getTime()
  const end = Math.max(toDate(plannedTo).getTime(), start + 1)
  const united = unite(intervals, now)
  const shown = gaps.filter((gap) => gap.kind === 'bridged' || unknown(gap)).map((gap) => ({ look: unknown(gap) ? 'away' as const : 'gap' as const, from: toDate(gap.from).getTime(), to: toDate(gap.to).getTime() }))
  const left = Math.min(start, ...united.map((i) => i.from), ...shown.map((i) => i.from))
  const right = Math.max(end, ...united.map((i) => i.to), ...shown.map((i) => i.to))
  const place = (ms: number) => Math.round(((ms - left) / (right - left)) * 10_000) / 100
  return {
    fills: united.map((i) => ({ a: place(i.from), b: place(i.to) })),
    gaps: shown.map((i) => ({ look: i.look, a: place(i.from), b: place(i.to) })),
    planned: { a: place(start), b: place(end) },
    from: new Date(left),
    to: new Date(right),
    seenMs: united.reduce((sum, i) => sum + (i.to - i.from), 0),
    plannedMs: end - start,
  }
}

/** The bar as a sentence, for people who hear the page. */
export function barSentence(plannedFrom: Moment, plannedTo: Moment, intervals: readonly Interval[], now: Moment, gaps: readonly Gap[] = []): string {
  const planned = w.planned(clock(plannedFrom), clock(plannedTo))
  const united = unite(intervals, now)
  const questions = gaps.filter(unknown).map((gap) => w.unknown(clock(gap.from), clock(gap.to)))
  if (united.length === 0) return [planned, ...(questions.length > 0 ? questions : [w.none])].join('，')
  const open = intervals.some((i) => i.to == null)
  const spoken = united.map((i, n) =>
    open && n === united.length - 1 ? w.open(clock(i.from)) : w.stay(clock(i.from), clock(i.to)),
  )
  return [planned, ...spoken, ...questions, w.sum(durationWords(seenMs(intervals, now)))].join('，')
}
