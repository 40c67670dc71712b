import { describe, expect, it } from 'vitest'
import { planSlots } from './slot-plan'
import type { Shown } from './slot-plan'

const mids = ['7', '8', '9']
const camera = (participant: number, width: number | null = 1200): Shown => ({ participant, source: 'camera', width })
const screen = (participant: number, width: number | null = 1200): Shown => ({ participant, source: 'screen', width })
const layers = (shown: Shown[]) => planSlots(mids, shown, []).map((one) => one.max_layer)

describe('which slot shows whom', () => {
  it('the_first_ones_are_shown_when_slots_run_out', () => {
    const wishes = planSlots(mids, [screen(1), camera(1), camera(3), camera(4)], [])
    expect(wishes.map((one) => one.show)).toEqual([
      { participant: 1, source: 'screen' },
      { participant: 1, source: 'camera' },
      { participant: 3, source: 'camera' },
    ])
  })

  it('nobody_jumps_when_a_screen_appears_or_goes', () => {
    const alone = planSlots(mids, [camera(1)], [])
    const both = planSlots(mids, [screen(1), camera(1)], alone)
    expect(both.find((one) => one.show?.source === 'camera')?.mid).toBe('7')
    expect(both.find((one) => one.show?.source === 'screen')?.mid).toBe('8')
    expect(planSlots(mids, [camera(1)], both)).toMatchObject([{ mid: '7' }])
  })

  it('the_next_page_takes_the_slots_of_the_last', () => {
    const first = planSlots(mids, [camera(1), camera(2), camera(3)], [])
    const second = planSlots(mids, [camera(1), camera(4), camera(5)], first)
    expect(second.map((one) => [one.mid, one.show?.participant])).toEqual([['7', 1], ['8', 4], ['9', 5]])
  })

  it('a_picture_that_stands_in_two_places_is_asked_for_once', () => {
    expect(planSlots(mids, [camera(1), camera(1, 200)], [])).toHaveLength(1)
  })
})

describe('how large', () => {
  it('follows_the_pixels_that_a_camera_fills', () => {
    expect(layers([camera(1, 300), camera(2, 640), camera(3, 1200)])).toEqual(['low', 'mid', 'high'])
  })
  it('keeps_the_text_of_slides_but_in_a_thumbnail', () => expect(layers([screen(1, 820), screen(2, 300)])).toEqual(['high', 'low']))
  it('is_the_middle_until_it_was_measured', () => expect(layers([camera(1, null), screen(2, null)])).toEqual(['mid', 'high']))
})
