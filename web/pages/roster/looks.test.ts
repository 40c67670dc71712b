import { describe, expect, it } from 'vitest'
import type { RosterLookView } from '@/protocol/api'
import { actsOf, looksOf, withChoices } from './looks'

const look = (row: number, more: Partial<RosterLookView>): RosterLookView => ({
  row, name: '罗永贵', phone: '136****0118', school: '上坪小学', role: '带头人', from: '2026-09-01', columns: ['身份'], asks: false, sentence: '身份请填“学科带头人”。',
  proposal: null, people: [], moved: false, ...more,
})

describe('the rows to look at', () => {
  it('offers a proposal for all rows that have the same in the cell', () => {
    const looks = [look(37, { proposal: '学科带头人' }), look(38, { proposal: '学科带头人' }), look(39, { proposal: '学科带头人', role: '带头' })]
    const [act] = actsOf(looks[0]!, looks)
    expect(act?.label).toBe('替换 2 行')
    expect(act?.choices.map((one) => one.row)).toEqual([37, 38])
    expect(actsOf(looks[2]!, looks)[0]?.label).toBe('就用它')
  })

  it('asks whom a name means, by school where there are several', () => {
    const one = look(95, { asks: true, people: [{ id: 'a', name: '石桥小学' }] })
    expect(actsOf(one, [one]).map((act) => act.label)).toEqual(['是同一人', '不是'])
    const two = { ...one, people: [{ id: 'a', name: '石桥小学' }, { id: 'b', name: '上坪小学' }] }
    expect(actsOf(two, [two]).map((act) => act.label)).toEqual(['是石桥小学的', '是上坪小学的', '不是'])
  })

  it('leaves a row without a way out to the file', () => {
    expect(actsOf(look(14, {}), [])).toEqual([])
  })

  it('keeps one answer to each question', () => {
    const first = withChoices([], [{ row: 95, choice: 'other' }, { row: 95, choice: 'moved' }])
    expect(withChoices(first, [{ row: 95, choice: 'same', person: 'a' }])).toEqual([{ row: 95, choice: 'moved' }, { row: 95, choice: 'same', person: 'a' }])
  })

  it('tells errors from questions', () => {
    const looks = [look(1, {}), look(2, { asks: true })]
    expect(['all', 'wrong', 'asks'].map((filter) => looksOf(looks, filter as 'all').length)).toEqual([2, 1, 1])
  })
})
