import { describe, expect, it } from 'vitest'
import { byEnd, checkDays, checkMentor } from './mentoring'

const day = { from: '2026-03-01', to: '' }

describe('what lasts from a day to a day', () => {
  it('is over on the day after its last one', () => {
    const all = [{ ...day, to: '2026-11-21' }, { ...day, to: '2026-11-22' }, { ...day, to: null }]
    expect(byEnd(all, '2026-11-22')).toEqual({ present: [all[1], all[2]], over: [all[0]] })
  })
  it('ends no earlier than it begins', () => {
    expect(Object.keys(checkDays({ from: '2026-03-01', to: '2026-02-28' }))).toEqual(['to'])
    expect(checkDays({ from: '2026-03-01', to: '2026-03-01' })).toEqual({})
  })
})

describe('a mentor', () => {
  it('does not guide themself', () => expect(Object.keys(checkMentor({ mentor: 'a', ...day }, { value: 'a' }))).toEqual(['mentee']))
  it('may guide somebody who has no account', () => expect(checkMentor({ mentor: 'a', ...day }, { value: '' })).toEqual({}))
  it('needs both people and a first day', () => expect(Object.keys(checkMentor({ mentor: '', from: '', to: '' }, null))).toEqual(['mentor', 'mentee', 'from']))
})
