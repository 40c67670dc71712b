import { expect, test } from 'vitest'
import { placeOf } from './reminders'
import type { ReminderKind, ReminderView } from '@/protocol/api'
import { reminders } from '@/locale/zh-CN/reminders'

const one = (kind: ReminderKind, about: string | null): ReminderView => ({ kind, title: '', who: '', count: 1, until: null, since: null, about })

test('each kind leads to where it is done', () => {
  for (const kind of Object.keys(reminders.kinds) as ReminderKind[]) {
    expect(placeOf(one(kind, 'mzxw6ytbojtg633c'))).toMatch(/^\/[a-z-]+/)
  }
  expect(placeOf(one('decide_evidence', 'mzxw6ytbojtg633c'))).toBe('/studios/mzxw6ytbojtg633c/scorecard')
  expect(placeOf(one('decide_selections', 'mzxw6ytbojtg633c'))).toBe('/resources/mzxw6ytbojtg633c/edit')
  expect(placeOf(one('decide_levels', 'mzxw6ytbojtg633c'))).toBe('/activities/mzxw6ytbojtg633c')
  expect(placeOf(one('decide_choices', 'mzxw6ytbojtg633c'))).toBe('/studios/mzxw6ytbojtg633c/scorecard')
})

test('of several the page of their kind is the place', () => {
  expect(placeOf(one('review_applications', null))).toBe('/applications')
  expect(placeOf(one('decide_evidence', null))).toBe('/office')
})
