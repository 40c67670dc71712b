/** Raw presence of a Session as a table: one row for each person with the time united. */
import { seenMs } from '@/ui/interval-bar'
import type { Moment } from '@/locale/time-words'
import type { IntervalView, Presence } from '@/pages/desk/shapes'

export interface PresenceRow {
  key: string
  name: string
  kind: Presence['kind']
  school: string | null
  rural: boolean
  intervals: IntervalView[]
  minutes: number
}

export function presenceRows(all: readonly Presence[], now: Moment, order: 'minutes' | 'name'): PresenceRow[] {
  // The server has united the devices of one account; guests have nothing that would tell them apart but their place.
  const rows = all.map((one, n) => ({
    key: one.account ?? `guest-${n}`, name: one.name, kind: one.kind, school: one.school, rural: one.rural, intervals: one.intervals,
    minutes: Math.floor(seenMs(one.intervals, now) / 60_000),
  }))
  const byName = (a: PresenceRow, b: PresenceRow) => a.name.localeCompare(b.name, 'zh-CN')
  return rows.sort((a, b) => (order === 'minutes' ? b.minutes - a.minutes || byName(a, b) : byName(a, b)))
}
