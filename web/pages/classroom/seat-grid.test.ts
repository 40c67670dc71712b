import { describe, expect, it } from 'vitest'
import { seat } from '@/session/fakes'
import { seatGrid } from './seat-grid'

const roster = (...names: string[]) => names.map((name) => ({ name }))
const seats = (n: number) => Array.from({ length: n }, (_, at) => seat(at + 1))

describe('the names on the wall', () => {
  it('who_signed_in_comes_first_and_is_no_longer_waited_for', () => {
    const grid = seatGrid(roster('曹小燕', '谭丽君'), [seat(1, { name: '谭丽君' })])
    expect(grid.cells.map((one) => [one.name, one.taken])).toEqual([['谭丽君', true], ['曹小燕', false]])
  })
  it('two_of_one_name_are_two_people', () => {
    const grid = seatGrid(roster('王芳', '王芳'), [seat(1, { name: '王芳' })])
    expect(grid.cells.map((one) => one.taken)).toEqual([true, false])
  })
  it('guests_who_are_on_no_list_have_a_place_too', () => expect(seatGrid([], seats(3)).cells).toHaveLength(3))
  it('names_become_smaller_only_when_they_must', () => {
    expect(seatGrid([], seats(12))).toMatchObject({ columns: 6, rows: 2, hidden: 0 })
    expect(seatGrid([], seats(13))).toMatchObject({ columns: 7, rows: 3, hidden: 0 })
    expect(seatGrid([], seats(32))).toMatchObject({ columns: 8, rows: 4, hidden: 0 })
  })
  it('past_the_last_place_the_latest_stay_and_the_rest_is_counted', () => {
    const grid = seatGrid(roster('曹小燕'), seats(40))
    expect(grid.cells).toHaveLength(31)
    expect(grid.cells[30]?.key).toBe('s40')
    expect(grid.hidden).toBe(10)
  })
})
