import { describe, expect, it } from 'vitest'
import { filtersOf, queryOf } from './filters'
import { marked } from './marks'
import { nextOf, standOf } from './progress'

describe('marked', () => {
  it('marks_every_word_of_the_search', () => {
    expect(marked('把那一瞬间放慢', '瞬间')).toEqual([{ text: '把那一', hit: false }, { text: '瞬间', hit: true }, { text: '放慢', hit: false }])
    expect(marked('例文对比', '对比 例文')).toEqual([{ text: '例文对比', hit: true }])
    expect(marked('PEP 英语', 'pep')).toEqual([{ text: 'PEP', hit: true }, { text: ' 英语', hit: false }])
  })
  it('a_line_without_the_words_stays_whole', () => {
    expect(marked('课堂小结', '作文')).toEqual([{ text: '课堂小结', hit: false }])
    expect(marked('', '作文')).toEqual([])
    expect(marked('课堂小结', ' ')).toEqual([{ text: '课堂小结', hit: false }])
  })
})

describe('filters', () => {
  it('stand_in_the_address_and_come_back_from_it', () => {
    const filters = filtersOf({ search: '习作', subject: '语文', selection: 'selected', studio: 'abc', page: '3', kind: ['a', 'b'] })
    expect(filters).toEqual({ search: '习作', subject: '语文', stage: '', kind: '', selection: 'selected', studio: 'abc' })
    expect(queryOf(filters)).toEqual({ search: '习作', subject: '语文', selection: 'selected', studio: 'abc' })
  })
})

describe('progress', () => {
  const one = (seen: number) => ({ stand: standOf(100_000, seen) })
  it('nine_tenths_are_done', () => {
    expect(standOf(100_000, 90_000).done).toBe(true)
    expect(standOf(100_000, 89_000)).toEqual({ share: 0.89, percent: 89, done: false })
    expect(standOf(null, 5)).toEqual({ share: 0, percent: 0, done: false })
    expect(standOf(100_000, undefined).share).toBe(0)
  })
  it('a_course_goes_on_after_what_was_begun_last', () => {
    const all = [one(95_000), one(0), one(40_000), one(0)]
    expect(nextOf(all)).toBe(all[2])
    const skipped = [one(0), one(95_000)]
    expect(nextOf(skipped)).toBe(skipped[0])
    expect(nextOf([one(100_000)])).toBeUndefined()
  })
})
