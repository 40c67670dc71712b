import { expect, it } from 'vitest'
import { firstDay } from './publicity'

it('begins today, or the day after the last publicity ends', () => {
  expect(firstDay([], '2026-11-23')).toBe('2026-11-23')
  expect(firstDay(['2026-11-20', '2026-11-22'], '2026-11-23')).toBe('2026-11-23')
  expect(firstDay(['2026-11-29', '2026-11-30'], '2026-11-23')).toBe('2026-12-01')
})
