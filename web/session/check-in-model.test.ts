import { describe, expect, it } from 'vitest'
import { checkIn } from './fakes'
import { CheckInModel } from './check-in-model'
import type { ServerMessage } from '@/protocol/signaling'

function told(...messages: ServerMessage[]) {
  const model = new CheckInModel()
  for (const message of messages) model.apply(message)
  return model
}
const open = (over = {}): ServerMessage => ({ type: 'check_in', check_in: checkIn(over) })
const counts = (number: number, answered: number): ServerMessage => ({ type: 'check_in_counts', number, answered, expected: 47, missing: [], code: '4821' })
const result = (number: number): ServerMessage => ({ type: 'check_in_result', number, ordinal: 1, purpose: 'roll', answered: 38, expected: 47, missing: [] })

describe('a check-in', () => {
  it('waits_for_those_who_are_asked_until_they_answered', () => {
    const model = told(open())
    expect(model.asked).toBe(true)
    model.apply(open({ you: 'answered' }))
    expect(model.asked).toBe(false)
    model.apply({ type: 'check_in', check_in: null })
    expect(model.state.open).toBeNull()
  })

  it('asks_nobody_who_is_not_meant', () => expect(told(open({ you: 'not_asked' })).asked).toBe(false))

  it('extended_is_the_same_one_with_another_end', () => {
    const model = told(open(), counts(3, 12), open({ closes_ms: 240_000 }))
    expect(model.state.open?.closes_ms).toBe(240_000)
    expect(model.counts?.answered).toBe(12)
  })

  it('has_its_own_counts_also_when_they_come_first', () => {
    expect(told(counts(3, 5), open()).counts?.answered).toBe(5)
    expect(told(open(), counts(2, 5)).counts).toBeNull()
    expect(told(open(), counts(3, 5), { type: 'check_in', check_in: null }).counts).toBeNull()
  })

  it('leaves_its_result_until_it_is_read_or_another_opens', () => {
    const model = told(open(), result(3), { type: 'check_in', check_in: null })
    expect(model.state.result?.answered).toBe(38)
    model.apply(open({ number: 4 }))
    expect(model.state.result).toBeNull()
    model.apply(result(4))
    model.dismissResult()
    expect(model.state.result).toBeNull()
  })

  it('keeps_whom_a_call_drew_after_it_closed', () => {
    const drawn = [{ participant: 2, name: '曹小燕', school: '石桥镇中心小学' }]
    expect(told(open({ purpose: 'call', drawn }), { type: 'check_in', check_in: null }).state.drawn).toEqual(drawn)
  })

  it('reminds_only_whoever_is_still_waited_for', () => {
    const model = told(open(), { type: 'check_in_reminder', number: 3 }, { type: 'check_in_reminder', number: 2 })
    expect(model.state.reminders).toBe(1)
    model.apply(open({ you: 'answered' }))
    model.apply({ type: 'check_in_reminder', number: 3 })
    expect(model.state.reminders).toBe(1)
  })

  it('is_forgotten_at_a_return_and_told_anew', () => {
    const model = told(open(), counts(3, 5), { type: 'prompts', every_minutes: 15 })
    model.welcome()
    expect(model.state).toMatchObject({ open: null, counts: null, promptsEvery: null })
  })
})
