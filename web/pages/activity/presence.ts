/** Raw presence of a Session as a table: people only, one row for each person, however many devices they came with. */
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
  const rows = new Map<string, PresenceRow>()
  for (const one of all) {
    // Encoders and players are machines; they are not in the room.
    if (one.kind === 'encoder' || one.kind === 'player') continue
    const key = one.account ?? `p${one.participant}`
    const row = rows.get(key)
    if (row) row.intervals = [...row.intervals, ...one.intervals]
    else rows.set(key, { key, name: one.name, kind: one.kind, school: one.school, rural: one.rural, intervals: one.intervals, minutes: 0 })
  }
  for (const row of rows.values()) row.minutes = Math.floor(seenMs(row.intervals, now) / 60_000)
  const byName = (a: PresenceRow, b: PresenceRow) => a.name.localeCompare(b.name, 'zh-CN')
  return [...rows.values()].sort((a, b) => (order === 'minutes' ? b.minutes - a.minutes || byName(a, b) : byName(a, b)))
}
