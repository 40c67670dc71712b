import { expect, it } from 'vitest'
import { another, firstPlan, planned } from './plan'

const core = ['甲', '乙', '丙'].map((name) => ({ id: name, name }))
const plan = (change = {}) => planned({ ...firstPlan(1, '2026-12-01', 2), ...change }, core)

it('lets as many core members come as are said, the presenter among them', () => {
  expect(plan().present).toEqual(['甲', '乙'])
  expect(plan({ presenter: '丙' }).present).toEqual(['丙', '甲'])
  expect(plan({ presenter: '丙', core: 0 }).present).toEqual(['丙'])
  expect(plan({ presenter: '丙' }).presenters).toEqual(['丙'])
})
it('counts a presenter who is no core member besides', () => {
  expect(plan({ presenter: '主持人' }).present).toEqual(['甲', '乙', '主持人'])
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
  expect(plan({ presenter: '乙', reviewers: ['乙', '丙'], core: 3 }).present).toEqual(['乙', '丙', '甲'])
  expect(plan({ presenter: '主持人', reviewers: ['主持人'] }).present).toEqual(['甲', '乙', '主持人'])
})
it('has no more people from rural schools than there are', () => {
  expect(plan({ others: 12, rural: 5 })).toMatchObject({ guests: 12, rural_guests: 5 })
  expect(plan({ others: 12, rural: 13 }).rural_guests).toBe(12)
  expect(plan({ others: 12, rural: '' as unknown as number }).rural_guests).toBe(0)
})
it('copies a plan so that the copy can be changed by itself', () => {
  const first = { ...firstPlan(0, '2026-12-01', 2), reviewers: ['甲'] }
  const second = another(first, 1)
  second.reviewers.push('乙')
  expect([first.reviewers, second.reviewers, second.key]).toEqual([['甲'], ['甲', '乙'], 1])
})
