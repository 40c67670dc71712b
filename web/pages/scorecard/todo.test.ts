import { expect, it } from 'vitest'
import type { CriterionView, ScorecardView } from '@/protocol/api'
import { actOf } from './todo'
import { assessmentPlace } from './place'

const criterion = (change: Partial<CriterionView>) => ({ id: '1', state: 'not_yet', class: 'A', slots: [], ...change }) as unknown as CriterionView
const view = (one: CriterionView, may_manage = true) => ({ may_manage, choices: [], sections: [{ id: 's', title: '', part: '', criteria: [one] }] })
const choice = (taken: string[]) => ({ id: 'c', choose: 1, taken }) as unknown as ScorecardView['choices'][number]

it('offers what helps: planning, handing in, choosing', () => {
  expect(actOf(view(criterion({})), { criterion: '1' })).toBe('plan')
  expect(actOf(view(criterion({ class: 'E', slots: [{ key: 'k', title: '案例' }] })), { criterion: '1' })).toBe('hand')
  expect(actOf(view(criterion({ class: 'C' })), { criterion: '1' })).toBe(null)
  expect(actOf({ ...view(criterion({})), choices: [choice([])] }, { criterion: 'c' })).toBe('choose')
})
it('offers nothing to those who only look, nor where somebody else decides next', () => {
  expect(actOf(view(criterion({}), false), { criterion: '1' })).toBe(null)
  expect(actOf(view(criterion({ state: 'waiting' })), { criterion: '1' })).toBe(null)
  expect(actOf({ ...view(criterion({})), choices: [choice(['1'])] }, { criterion: 'c' })).toBe(null)
})
it('leads an office to its dashboard and a teacher to the Studio that they lead', () => {
  const of = (id: string, role: 'host' | 'trainee') => ({ role, studio: { id } })
  expect(assessmentPlace({ account: { role: 'office' }, memberships: [] })).toBe('/office')
  expect(assessmentPlace({ account: { role: 'teacher' }, memberships: [of('a', 'trainee'), of('b', 'host')] })).toBe('/studios/b/scorecard')
  expect(assessmentPlace({ account: { role: 'teacher' }, memberships: [] })).toBe(null)
  expect(assessmentPlace(null)).toBe(null)
})
