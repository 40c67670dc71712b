import { describe, expect, it } from 'vitest'
import { place, seat } from './fakes'
import { PlacesModel } from './places-model'

const ROOM = 'classroom:abc'
const numbers = (model: PlacesModel) => model.of(ROOM)?.seats.map((one) => one.number)
function known(...seats: number[]) {
  const model = new PlacesModel()
  model.apply({ type: 'place', place: place(ROOM, { seated: seats.length }) })
  model.apply({ type: 'seats', place: ROOM, seats: seats.map((n) => seat(n)), last: true })
  return model
}

describe('places', () => {
  it('seats_come_in_pieces_and_appear_together', () => {
    const model = new PlacesModel()
    model.apply({ type: 'place', place: place(ROOM, { seated: 2 }) })
    model.apply({ type: 'seats', place: ROOM, seats: [seat(1)], last: false })
    expect(numbers(model)).toEqual([])
    model.apply({ type: 'seat_taken', place: ROOM, seat: seat(3) })
    model.apply({ type: 'seats', place: ROOM, seats: [seat(2)], last: true })
    expect(numbers(model)).toEqual([1, 2, 3])
  })

  it('who_leaves_or_is_struck_is_gone_and_the_count_follows', () => {
    const model = known(1, 2)
    model.apply({ type: 'seat_left', place: ROOM, number: 1, cause: 'struck' })
    expect(numbers(model)).toEqual([2])
    expect(model.of(ROOM)?.seated).toBe(1)
  })

  it('a_change_of_the_place_keeps_its_seats', () => {
    const model = known(1, 2)
    model.apply({ type: 'place', place: place(ROOM, { headcount: 12, seated: 2 }) })
    expect(model.of(ROOM)).toMatchObject({ headcount: 12, seated: 2 })
    expect(numbers(model)).toEqual([1, 2])
  })

  it('a_seat_of_a_place_that_is_not_known_changes_nothing', () => {
    const model = new PlacesModel()
    model.apply({ type: 'seat_taken', place: ROOM, seat: seat(1) })
    expect(model.all.value).toEqual([])
  })

  it('stands_in_order_of_schools_with_the_site_last', () => {
    const model = known()
    model.apply({ type: 'place', place: place('site', { name: '会场', school: null }) })
    model.apply({ type: 'place', place: place('classroom:b', { school: '白鹭乡小学' }) })
    expect(model.all.value.map((one) => one.id)).toEqual(['classroom:b', ROOM, 'site'])
  })

  it('survives_a_return_and_not_a_new_beginning', () => {
    const model = known(1)
    model.welcome(true)
    expect(numbers(model)).toEqual([1])
    model.welcome(false)
    expect(model.all.value).toEqual([])
  })
})
