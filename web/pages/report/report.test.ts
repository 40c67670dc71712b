import { expect, test } from 'vitest'
import type { ReportRowView } from '@/protocol/api'
import { highest, marksOn, tableOf } from './curve'
import { countOf, shown } from './roster-rows'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 6, 30 + minute)).toISOString()
const curve = [2, 5, 9, 9, 4].map((people, n) => ({ at: at(n), people }))

function row(name: string, school: string, more: { role?: string; rural?: boolean; status?: string }): ReportRowView {
  return { name, school, role: more.role ?? null, rural: more.rural ?? false, record: { status: more.status ?? 'present' } } as ReportRowView
}
const rows = [
  row('周文澜', '青禾县实验小学', { role: 'host' }),
  row('林雨桐', '石桥镇中心小学', { role: 'core', rural: true, status: 'unknown' }),
  row('李建国', '青禾县第二小学', { role: 'core', status: 'absent' }),
]

test('the highest point is the first of those', () => {
  expect(highest(curve)?.at).toBe(at(2))
  expect(highest([])).toBeUndefined()
})

test('the table beside the picture is short and ends with the end', () => {
  expect(tableOf(curve, 2).map((point) => point.people)).toEqual([2, 9, 4])
  expect(tableOf(curve, 3).map((point) => point.people)).toEqual([2, 9, 4])
})

test('check-ins stand at the height of their moment', () => {
  const check = { at: at(2.5), title: '第 1 次签到', expected: 9, answered: 8 }
  expect(marksOn(curve, [check])[0]?.people).toBe(9)
})

test('the roster is filtered by what people are and found by name or school', () => {
  expect(countOf(rows, 'core')).toBe(2)
  expect(shown(rows, 'rural', '').map((one) => one.name)).toEqual(['林雨桐'])
  expect(shown(rows, 'unknown', '').map((one) => one.name)).toEqual(['林雨桐'])
  expect(shown(rows, 'all', '青禾县').map((one) => one.name)).toEqual(['周文澜', '李建国'])
  expect(shown(rows, 'core', '石桥').map((one) => one.name)).toEqual(['林雨桐'])
})
