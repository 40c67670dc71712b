/** Stretches of a Replay's own time, in milliseconds: joined, measured, looked up. */

export interface Span {
  from_ms: number
  to_ms: number
}

/** Closer than this is one stretch: nobody misses a third of a second. */
const JOIN_MS = 300

/** Sorted, without overlaps, without empty ones. */
export function united(spans: readonly Span[]): Span[] {
  const sorted = spans.filter((one) => one.to_ms > one.from_ms).sort((a, b) => a.from_ms - b.from_ms)
  const whole: Span[] = []
  for (const one of sorted) {
    const last = whole[whole.length - 1]
    if (last && one.from_ms <= last.to_ms + JOIN_MS) last.to_ms = Math.max(last.to_ms, one.to_ms)
    else whole.push({ ...one })
  }
  return whole
}

/** How much of `[from, to)` these cover; they may overlap. */
export function covered(spans: readonly Span[], from: number, to: number): number {
  return united(spans).reduce((sum, one) => sum + Math.max(0, Math.min(one.to_ms, to) - Math.max(one.from_ms, from)), 0)
}

/** The share seen of the whole, 0 to 1. */
export function seenShare(spans: readonly Span[], duration: number): number {
  return duration > 0 ? Math.min(1, covered(spans, 0, duration) / duration) : 0
}
