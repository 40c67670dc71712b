import { describe, expect, it } from 'vitest'
import type { VetoView } from '@/protocol/api'
import { checkGrade, checkVeto, daysSoFar, vetoesOf } from './rulings'

const span = { from: '2026-01-01', to: '2026-12-31' }
const veto = (id: string, day: string): VetoView => ({ id, veto: { id: 'ethics', name: '师德' }, day, reason: '查实', by_name: '宋雅琴', at: `${day}T08:00:00Z`, lifted: null })

describe('a veto', () => {
  const days = daysSoFar(span, '2026-11-22')
  it('is found of a day that has been', () => {
    expect(days).toEqual({ from: '2026-01-01', to: '2026-11-22' })
    expect(Object.keys(checkVeto({ veto: 'ethics', day: '2026-11-23', reason: '查实' }, days))).toEqual(['day'])
    expect(checkVeto({ veto: 'ethics', day: '2026-11-22', reason: '查实' }, days)).toEqual({})
  })
  it('needs which, when and why', () => expect(Object.keys(checkVeto({ veto: '', day: '', reason: ' ' }, days))).toEqual(['veto', 'day', 'reason']))
  it('of a year that is over may be of its last day', () => expect(daysSoFar(span, '2027-02-01').to).toBe('2026-12-31'))
  it('is listed with its own year, the latest first', () => {
    const all = [veto('a', '2026-03-01'), veto('b', '2025-12-31'), veto('c', '2026-05-01')]
    expect(vetoesOf(all, span).map((one) => one.id)).toEqual(['c', 'a'])
  })
})

describe('a grade', () => {
  it('is refused with a reason only', () => {
    expect(checkGrade({ grade: 'excellent', granted: true, reason: '' })).toEqual({})
    expect(Object.keys(checkGrade({ grade: 'excellent', granted: false, reason: ' ' }))).toEqual(['reason'])
  })
})
