import { expect, it } from 'vitest'
import { sinceOf } from './since'

it('sends a day where one is named, and today where a day is put right', () => {
  expect(sinceOf(false, false, '2026-03-01')).toEqual({})
  expect(sinceOf(true, false, '')).toEqual({})
  expect(sinceOf(true, false, '2026-03-01')).toEqual({ since: '2026-03-01' })
  expect(sinceOf(true, true, '').since).toMatch(/^\d{4}-\d\d-\d\d$/)
})
