/** The chapters of a Replay: how long each is, which one is on, which were seen. */
import { covered, type Span } from './replay-spans'

export interface Chapter {
  ms: number
  title: string
}

export interface ChapterLine extends Chapter {
  to_ms: number
  state: 'now' | 'seen' | 'rest'
}

/** A chapter is seen when this much of it was played; nobody sits through the last slide's silence. */
const SEEN_SHARE = 0.9

export function chapterLines(chapters: readonly Chapter[], duration: number, position: number, seen: readonly Span[]): ChapterLine[] {
  const sorted = [...chapters].sort((a, b) => a.ms - b.ms)
  const now = chapterAt(sorted, position)
  return sorted.map((one, n) => {
    const to = Math.max(one.ms, sorted[n + 1]?.ms ?? duration)
    const length = to - one.ms
    const state = n === now ? 'now' : length > 0 && covered(seen, one.ms, to) >= length * SEEN_SHARE ? 'seen' : 'rest'
    return { ...one, to_ms: to, state }
  })
}

/** Which chapter holds this position; -1 before the first. They come sorted. */
export function chapterAt(chapters: readonly Chapter[], position: number): number {
  let found = -1
  for (const [n, one] of chapters.entries()) if (one.ms <= position) found = n
  return found
}

/** What the resume of a Replay is worth: not its first seconds, and not its end. */
export function resumeFrom(resume: number | null, duration: number | null): number | null {
  if (resume === null || resume < 10_000) return null
  return duration !== null && resume > duration - 15_000 ? null : resume
}

/** The last `most` lines said up to this position; those after it have not been said yet. */
export function saidUntil<T extends { ms: number }>(lines: readonly T[], position: number, most: number): T[] {
  return lines.filter((one) => one.ms <= position).slice(-most)
}
