import { describe, expect, it } from 'vitest'
import { poll } from './fakes'
import { PollModel } from './poll-model'
import type { ServerMessage } from '@/protocol/signaling'

function told(...messages: ServerMessage[]) {
  const model = new PollModel()
  for (const message of messages) model.apply(message)
  return model
}
const shown = (over = {}): ServerMessage => ({ type: 'poll', poll: poll(over) })
const answered = (number: number, ...choices: number[]): ServerMessage => ({ type: 'poll_answered', number, choices })
const counts = (number: number): ServerMessage => ({ type: 'poll_counts', number, votes: [3, 1, 0], answered: 4, present: 9 })
const result = { closed_ms: 60_000, votes: [3, 1, 0], answered: 4, present: 9 }

describe('a poll', () => {
  it('knows_what_this_person_chose_and_keeps_it_for_the_result', () => {
    const model = told(shown(), answered(2, 1))
    expect([model.isOpen, model.asks, model.answered]).toEqual([true, false, [1]])
    model.apply(shown({ result }))
    expect([model.isOpen, model.answered]).toEqual([false, [1]])
  })

  it('has_no_answer_of_another_one', () => {
    const model = told(answered(1, 0), shown({ number: 2 }))
    expect([model.asks, model.answered]).toEqual([true, []])
  })

  it('ticks_begin_with_what_was_sent_and_are_taken_by_the_next_answer', () => {
    const model = told(shown({ several: true }), answered(2, 0))
    model.tick(2)
    expect([model.ticked, model.answered]).toEqual([[0, 2], [0]])
    model.tick(0)
    expect(model.ticked).toEqual([2])
    model.apply(answered(2, 2))
    expect([model.ticked, model.answered]).toEqual([[2], [2]])
  })

  it('keeps_ticks_and_a_draft_while_the_line_is_away', () => {
    const model = told(shown({ several: true }))
    model.tick(1)
    model.state.draft.question = '还没写完'
    model.welcome()
    expect([model.isShown, model.ticked]).toEqual([false, []])
    model.apply(shown({ several: true }))
    expect([model.ticked, model.state.draft.question]).toEqual([[1], '还没写完'])
  })

  it('has_counts_of_its_own_while_it_is_open', () => {
    expect(told(counts(2), shown()).counts?.answered).toBe(4)
    expect(told(shown(), counts(1)).counts).toBeNull()
    expect(told(shown(), counts(2), shown({ result })).counts).toBeNull()
  })

  it('a_result_is_put_aside_by_one_person_and_away_by_a_host', () => {
    const model = told(shown({ result }))
    expect(model.isShown).toBe(true)
    model.putAside()
    expect(model.isShown).toBe(false)
    model.apply(shown({ number: 3 }))
    expect(model.isShown).toBe(true)
    model.apply({ type: 'poll', poll: null })
    expect(model.isShown).toBe(false)
  })
})
