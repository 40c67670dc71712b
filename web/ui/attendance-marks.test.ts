import { describe, expect, it } from 'vitest'
import { countMarks, markOfTerm, marksOf } from './attendance-marks'

const record = (status: 'present' | 'absent' | 'excused' | 'unknown', over = {}) => ({ status, late: false, left_early: false, ongoing: false, ...over })

describe('attendance marks', () => {
  it('late and left early stand together on a presence', () => {
    expect(marksOf(record('present', { late: true, left_early: true }))).toEqual(['late', 'early'])
    expect(marksOf(record('present'))).toEqual(['present'])
  })
  it('what is unknown is never an absence, and nothing is said while it goes on', () => {
    expect(marksOf(record('unknown'))).toEqual(['pending'])
    expect(marksOf(record('unknown', { ongoing: true }))).toEqual([])
  })
  it('each record counts once', () => {
    const counts = countMarks([record('present', { late: true, left_early: true }), record('present'), record('excused'), record('unknown', { ongoing: true })])
    expect(counts).toEqual({ present: 1, late: 1, early: 0, leave: 1, absent: 0, pending: 0 })
  })
  it('the words of the parameters are the words of the marks', () => {
    expect(['出席', '迟到', '早退', '缺席', '请假', '待核'].map(markOfTerm)).toEqual(['present', 'late', 'early', 'absent', 'leave', 'pending'])
    expect(markOfTerm(null)).toBeUndefined()
  })
})
