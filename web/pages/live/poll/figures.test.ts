import { describe, expect, it } from 'vitest'
import { draftTrouble, pollRows, share, wished } from './figures'
import { poll } from '@/session/fakes'

const draft = (question: string, options: string[], several = false) => ({ question, options, several })

describe('the figures of a poll', () => {
  it('are_shares_of_those_who_answered_and_the_most_chosen_leads', () => {
    const rows = pollRows(poll(), { votes: [2, 1, 0], answered: 3, present: 9 })
    expect(rows.map((row) => [row.votes, row.percent, row.leads])).toEqual([[2, 67, true], [1, 33, false], [0, 0, false]])
  })

  it('are_nothing_before_anybody_answered', () => {
    expect(pollRows(poll(), { votes: [], answered: 0, present: 4 }).every((row) => row.percent === 0 && !row.leads)).toBe(true)
    expect(share(1, 0)).toBe(0)
  })

  it('two_may_lead', () => expect(pollRows(poll(), { votes: [2, 2, 0], answered: 4, present: 4 }).filter((row) => row.leads)).toHaveLength(2))
})

describe('a poll that is not opened yet', () => {
  it('needs_a_question_and_two_different_options', () => {
    expect(draftTrouble(draft(' \n', ['是', '否']))).toEqual({ field: 'question', kind: 'empty' })
    expect(draftTrouble(draft('问'.repeat(121), ['是', '否']))).toEqual({ field: 'question', kind: 'long' })
    expect(draftTrouble(draft('问', ['是', ' ']))).toEqual({ field: 'options', kind: 'few', place: 1 })
    expect(draftTrouble(draft('问', ['是', '选'.repeat(41)]))).toEqual({ field: 'options', kind: 'long', place: 1 })
    expect(draftTrouble(draft('问', ['是', '否', ' 是']))).toEqual({ field: 'options', kind: 'twice', place: 2 })
    expect(draftTrouble(draft('问'.repeat(120), ['是', '选'.repeat(40)]))).toBeNull()
  })

  it('is_sent_without_what_was_left_empty', () => {
    expect(wished(draft(' 懂了\n吗 ', ['是', ' ', '否 '], true))).toEqual({ question: '懂了 吗', options: ['是', '否'], several: true })
  })

  it('counts_characters_and_not_their_halves', () => expect(draftTrouble(draft('👍'.repeat(120), ['是', '否']))).toBeNull())
})
