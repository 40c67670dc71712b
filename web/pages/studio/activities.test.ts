import { expect, it } from 'vitest'
import type { ActivityCard, ActivityState } from '@/pages/desk/shapes'
import { countsOf, ofSeries, sectionsOf } from './activities'

const one = (id: string, state: ActivityState, planned_start: string) => ({ id, state, planned_start }) as ActivityCard
const list = [one('一', 'ended', '2026-10-01T08:00:00Z'), one('二', 'planned', '2026-12-02T08:00:00Z'), one('三', 'ended', '2026-11-01T08:00:00Z'), one('四', 'planned', '2026-12-01T08:00:00Z')]

it('puts what comes next first, and what was last', () => {
  const seen = sectionsOf(list, countsOf(list)).map((section) => [section.state, section.rows.map((row) => row.id).join('')])
  expect(seen).toEqual([['planned', '四二'], ['ended', '三一']])
})
it('says how many there are, also of those that it was not told', () => {
  const totals = { live: 0, planned: 2, ended: 130, cancelled: 3 }
  expect(sectionsOf(list, totals).map((section) => [section.state, section.rows.length, section.total])).toEqual([['planned', 2, 2], ['ended', 2, 130], ['cancelled', 0, 3]])
})
it('shows the Activities of one Series alone, and counts them', () => {
  const own = list.map((row) => ({ ...row, series: row.id === '一' || row.id === '二' ? 's' : null }))
  expect(ofSeries(sectionsOf(own, countsOf(own)), 's').map((section) => [section.state, section.rows.length, section.total])).toEqual([['planned', 1, 1], ['ended', 1, 1]])
})
