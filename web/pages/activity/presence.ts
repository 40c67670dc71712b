/** Who was in a Session as a table: one row for each person, with the verdict and its reason. */
import type { AttendanceRecord, Presence } from '@/pages/desk/shapes'

export type Order = 'minutes' | 'name' | 'status'

export interface PresenceRow {
  /** As corrections name the person. */
  key: string
  account: string | null
  name: string
  kind: Presence['kind']
  school: string | null
  rural: boolean
  sharesDevice: boolean
  record: AttendanceRecord
}

/** What somebody has to decide comes first. */
const URGENCY = ['unknown', 'absent', 'excused', 'present']
const urgency = ({ record }: PresenceRow) => URGENCY.indexOf(record.status) * 2 - Number(record.late || record.left_early)

export function presenceRows(all: readonly Presence[], order: Order): PresenceRow[] {
  const rows = all.map((one) => ({
    key: one.key, account: one.account, name: one.name, kind: one.kind, school: one.school, rural: one.rural, sharesDevice: one.shares_device, record: one.record,
  }))
  const byName = (a: PresenceRow, b: PresenceRow) => a.name.localeCompare(b.name, 'zh-CN')
  const first: Record<Order, (a: PresenceRow, b: PresenceRow) => number> = {
    minutes: (a, b) => b.record.minutes - a.record.minutes,
    status: (a, b) => urgency(a) - urgency(b),
    name: byName,
  }
  return rows.sort((a, b) => first[order](a, b) || byName(a, b))
}
