import { expect, it } from 'vitest'
import { firstPlan, planned } from './plan'

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
