import { expect, it } from 'vitest'
import type { HeatCell, Region } from './shapes'
import { cellText, fileQuery, heatOf, rangeOf, sharesOf, standingOfCell, treeOf } from './heat'

const cell = (state: HeatCell['state'], done: number, of: number, at_risk = false): HeatCell => ({ state, done, of, at_risk, required: true })

it('is white before anything is done, and darker the nearer it is', () => {
  expect(heatOf(cell('not_yet', 0, 5))).toBe('h0')
  expect(heatOf(cell('not_yet', 2, 5))).toBe('h2')
  expect(heatOf(cell('not_yet', 3, 5))).toBe('h3')
  expect(heatOf(cell('not_yet', 3, 5, true))).toBe('h1')
  expect(heatOf(cell('not_yet', 0, 5, true))).toBe('h1')
  expect(heatOf(cell('met', 5, 5))).toBe('h4')
  expect(heatOf(cell('impossible', 1, 5))).toBe('hx')
})
it('says a cell by a number and a mark, never by colour alone', () => {
  expect([cell('met', 6, 5), cell('not_yet', 3, 5), cell('impossible', 1, 5)].map(cellText)).toEqual(['✓ 6', '3/5', '✕ 1/5'])
  expect(standingOfCell(cell('not_yet', 1, 5, true))).toBe('at_risk')
})
it('shares out only what is made', () => {
  const shares = sharesOf({ studios: 5, passing: 1, on_track: 0, at_risk: 2, lost: 1, not_made: 1 })
  expect(shares.map((one) => [one.key, one.percent])).toEqual([['passing', 25], ['at_risk', 50], ['lost', 25]])
  expect(sharesOf({ studios: 3, passing: 0, on_track: 0, at_risk: 0, lost: 0, not_made: 3 })).toEqual([])
})
it('shows an office its own tree, in whatever order the regions come', () => {
  const region = (id: string, parent: string | null) => ({ id, parent, name: id }) as unknown as Region
  const all = [region('乡', '县'), region('县', '市'), region('市', '省'), region('省', null), region('邻县', '市')]
  expect(treeOf(all, '县').map((one) => one.id)).toEqual(['乡', '县'])
  expect(treeOf(all, null)).toHaveLength(5)
})
it('counts rows from one, and none when there are none', () => {
  expect(rangeOf(2, 20, 33)).toEqual({ from: 21, to: 33, last: true })
  expect(rangeOf(1, 20, 0)).toEqual({ from: 0, to: 0, last: true })
})
it('asks for a file with the conditions of the page, and for all of its pages', () => {
  expect(fileQuery({ year: 2026, policy: undefined, tier: 'city', outlook: undefined, q: '李 & 王', sort: '', page: 3, size: 20 })).toBe('?year=2026&tier=city&q=%E6%9D%8E+%26+%E7%8E%8B')
  expect(fileQuery({ year: undefined, page: 1, size: 20 })).toBe('')
})
