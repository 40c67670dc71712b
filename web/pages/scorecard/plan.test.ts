import { expect, it } from 'vitest'
import type { ActivityPage } from '@/protocol/api'
import { another, firstPlan, planned, plannedAlready } from './plan'

const named = (...names: string[]) => names.map((name) => ({ id: name, name }))
const groups = { core: named('甲', '乙', '丙'), trainees: [] }
const plan = (change = {}) => planned({ ...firstPlan(1, '2026-12-01', groups), ...change }, groups)

it('lets as many core members come as are said, the presenter among them', () => {
  expect(plan().present).toEqual(['甲', '乙'])
  expect(plan({ presenters: ['丙'] }).present).toEqual(['丙', '甲'])
  expect(plan({ presenters: ['丙'], core: 0 }).present).toEqual(['丙'])
  expect(plan({ presenters: ['丙'] }).presenters).toEqual(['丙'])
})
it('counts a presenter who is no core member besides', () => {
  expect(plan({ presenters: ['主持人'] }).present).toEqual(['甲', '乙', '主持人'])
})
it('takes nonsense for nothing, and no more than there are', () => {
  expect(plan({ core: 9, others: '' as unknown as number }).present).toHaveLength(3)
  expect(plan({ others: 'x' as unknown as number }).guests).toBe(0)
  expect(plan({ others: 99999 }).guests).toBe(1000)
})
it('says series and helped school only where there is one', () => {
  expect(plan()).not.toHaveProperty('series')
  expect(plan()).not.toHaveProperty('helped')
  expect(plan({ series: '群文阅读', helped: '青山小学' })).toMatchObject({ series: '群文阅读', helped: '青山小学' })
})
it('lets who reviews come, once, whether they present too or are no core members', () => {
  expect(plan({ core: 0, reviewers: ['丙', '主持人'] })).toMatchObject({ present: ['丙', '主持人'], reviewers: ['丙', '主持人'], presenters: [] })
  expect(plan({ presenters: ['乙'], reviewers: ['乙', '丙'], core: 3 }).present).toEqual(['乙', '丙', '甲'])
  expect(plan({ presenters: ['主持人'], reviewers: ['主持人'] }).present).toEqual(['甲', '乙', '主持人'])
})
it('has no more people from rural schools than there are', () => {
  expect(plan({ others: 12, rural: 5 })).toMatchObject({ guests: 12, rural_guests: 5 })
  expect(plan({ others: 12, rural: 13 }).rural_guests).toBe(12)
  expect(plan({ others: 12, rural: '' as unknown as number }).rural_guests).toBe(0)
})
it('copies a plan so that the copy can be changed by itself', () => {
  const first = { ...firstPlan(0, '2026-12-01', groups), reviewers: ['甲'] }
  const second = another(first, 1)
  second.reviewers.push('乙')
  second.presenters.push('丙')
  expect([first.reviewers, second.reviewers, first.presenters, second.key]).toEqual([['甲'], ['甲', '乙'], [], 1])
})
it('lets several present, a trainee and an adviser among them, each once', () => {
  const all = { core: named('甲', '乙'), trainees: named('学员一', '学员二', '学员三') }
  const form = planned({ ...firstPlan(1, '2026-12-01', all), core: 1, trainees: 2, presenters: ['学员三', '导师', '甲'] }, all)
  expect(form.presenters).toEqual(['学员三', '导师', '甲'])
  expect(form.present).toEqual(['甲', '学员三', '学员一', '导师'])
})
it('takes over what is planned already, with its series and its presenters', () => {
  const activity = { id: 'a1', title: '习作讲座', kind: 'lecture', mode: 'hybrid', level: 'city', planned_start: '2026-12-01T01:00:00Z', planned_end: '2026-12-01T02:30:00Z', presenters: named('甲', '专家') }
  const fields = plannedAlready({ activity, series: { id: 's1', name: '群文阅读' } } as unknown as ActivityPage, 4, groups)
  expect(fields).toMatchObject({ key: 4, activity: 'a1', day: '2026-12-01', kind: 'lecture', mode: 'hybrid', level: 'city', presenters: ['甲', '专家'], series: 's1', minutes: 90, core: 2 })
})
