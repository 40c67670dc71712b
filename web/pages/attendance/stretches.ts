/** A record as a list of stretches, one below the other: what was seen, what was not, and what each is worth. Pure. */
import { desk } from '@/locale/zh-CN/desk'
import { durationWords, toDate } from '@/locale/time-words'
import type { AttendanceRecord } from '@/pages/desk/shapes'

const w = desk.attendance

export interface Stretch {
  from: string
  to: string
  /** Seen, seen over a short interruption, unknown, or absent. */
  look: 'seen' | 'gap' | 'away' | 'out'
  what: string
  worth: string
}

/** Shorter ones explain nothing: a page needs some seconds to connect. */
const SHORTEST_MS = 30_000

export function stretches(record: Pick<AttendanceRecord, 'intervals' | 'gaps'>): Stretch[] {
  const length = (one: { from: string; to: string }) => toDate(one.to).getTime() - toDate(one.from).getTime()
  const seen = record.intervals.map((one): Stretch => ({ ...one, look: 'seen', what: w.seenWord, worth: `+${durationWords(length(one))}` }))
  const gaps = record.gaps
    .filter((gap) => gap.kind === 'bridged' || length(gap) >= SHORTEST_MS)
    .map((gap): Stretch => {
      const what = w.gap[gap.kind]
      const { from, to } = gap
      if (gap.kind === 'bridged') return { from, to, look: 'gap', what, worth: w.counted }
      if (gap.kind === 'away') return { from, to, look: 'out', what, worth: w.away }
      return { from, to, look: 'away', what, worth: `${w.notCounted} ${durationWords(length(gap))}` }
    })
  return [...seen, ...gaps].sort((a, b) => toDate(a.from).getTime() - toDate(b.from).getTime())
}
